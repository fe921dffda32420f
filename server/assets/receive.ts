/** Receives a form with one file: streamed to the disk, hashed on the way, within limits. */
import { createHash } from 'node:crypto'
import { open, readFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { Busboy } from 'busboy'
import { withStage, type Stage } from '../../media/staging.ts'
import { refuseCompressed, tooLarge } from '../api/body.ts'
import { ApiError } from '../api/errors.ts'

/** The first bytes of a file, enough to tell what it is. */
const HEAD = 64
const MAX_FIELD = 2 ** 20

export interface ReceivedFile {
  /** Where it lies until it is published: absolute. */
  readonly path: string
  /** Its name inside the stage. */
  readonly staged: string
  /** As the sender called it: without folders, otherwise unchecked. */
  readonly given: string
  readonly head: Buffer
  readonly bytes: number
  /** Hexadecimal. */
  readonly sha256: string
}

export interface ReceivedForm {
  readonly file: ReceivedFile
  readonly fields: ReadonlyMap<string, string>
  readonly stage: Stage
}

export interface FormPlan {
  /** Where the file is staged: on the file system where it will stay. */
  readonly folder: string
  /** Names of the text fields that the form may have. */
  readonly fields: readonly string[]
  /** Most bytes of the file. */
  readonly bytes: number
  /** The field that holds the file: `file` when left out. */
  readonly file?: string
  /** Fields of other names are left aside instead of refused. */
  readonly isLoose?: true
}

/**
 * Receives a form and hands it on; the file is removed afterwards unless `work` has published it.
 * @throws ApiError 400 for what is no such form, 413 for a file that is too large; MediaError when it can't be written
 */
export function receiveForm<T>(request: IncomingMessage, plan: FormPlan, work: (form: ReceivedForm) => Promise<T>): Promise<T> {
  refuseCompressed(request)
  return withStage(join(plan.folder, 'upload'), async (stage) => work({ ...await parse(request, plan, stage.path('upload')), stage }))
}

/**
 * The text of a received file that is a workflow. It is read whole, so that the limit is that of a body, not that of an upload.
 * @throws ApiError 413 when it is longer
 */
export async function receivedText({ path, bytes }: ReceivedFile, limit: number): Promise<string> {
  if (bytes > limit) throw tooLarge(limit)
  return readFile(path, 'utf8')
}

async function parse(request: IncomingMessage, plan: FormPlan, path: string): Promise<Omit<ReceivedForm, 'stage'>> {
  const parser = await startParser(request, plan.bytes)
  const { file: fileField = 'file' } = plan
  const fields = new Map<string, string>()
  let file: Promise<ReceivedFile> | undefined
  // Settled by whoever is first. Everything that refuses a form is told here in the parser's own turn, so that the order is
  // that of the bytes, however slow the disk is: a file that was too large stays too large, however its form goes on or ends.
  const whole = new Promise<void>((resolve, reject) => {
    const fail = (message: string, cause?: unknown) => reject(badForm(message, cause))
    parser.on('field', (name, value, { nameTruncated, valueTruncated }) => {
      if (plan.isLoose && !plan.fields.includes(name)) return
      if (!plan.fields.includes(name) || nameTruncated) return fail(`the form has a field "${name.slice(0, 40)}" that is not known here`)
      if (valueTruncated || fields.has(name)) return fail(`the field "${name}" is too long, or stands there twice`)
      fields.set(name, value)
    })
    parser.on('file', (name, stream, { filename = '' }) => {
      stream.on('error', () => {}) // the parser's own error says it, and nobody may read the stream yet
      if (name !== fileField || file !== undefined) {
        stream.resume()
        return fail(`expected one file, in the field "${fileField}", got one in "${name.slice(0, 40)}"`)
      }
      stream.on('limit', () => reject(tooLarge(plan.bytes)))
      file = save(stream, path, filename)
      file.catch(reject)
    })
    parser.on('filesLimit', () => fail('expected one file, got several'))
    parser.on('fieldsLimit', () => fail('the form has too many fields'))
    parser.on('partsLimit', () => fail('the form has too many parts'))
    parser.on('error', (error) => fail('the form is broken, or ended before it was whole', error))
    parser.on('finish', () => resolve())
    const lost = () => { if (!request.readableEnded) fail('the connection ended before the form was whole') }
    if (request.destroyed) lost()
    else request.on('close', lost)
  })
  try {
    request.pipe(parser)
    await whole
    if (file === undefined) throw badForm(`the form has no file in the field "${fileField}"`)
    return { file: await file, fields }
  } catch (error) {
    request.unpipe(parser) // what becomes of the rest: security/unread.ts
    parser.destroy() // and with it the file's stream, whose reader would wait for ever
    await file?.catch(() => {})
    throw error
  }
}

async function startParser(request: IncomingMessage, bytes: number): Promise<Busboy> {
  if (Number(request.headers['content-length'] ?? 0) > bytes + 2 * MAX_FIELD) throw tooLarge(bytes)
  const { default: busboy } = await import('busboy')
  // The parser says "limit" at the first byte beyond.
  const limits = { files: 1, fields: 10, parts: 12, fileSize: bytes + 1, fieldSize: MAX_FIELD, fieldNameSize: 100, headerPairs: 20 }
  try {
    return busboy({ headers: request.headers, limits, defParamCharset: 'utf8' })
  } catch (cause) {
    throw badForm('the form can\'t be read', cause)
  }
}

async function save(stream: Readable, path: string, given: string): Promise<ReceivedFile> {
  const hash = createHash('sha256')
  const handle = await open(path, 'wx', 0o644)
  let head: Buffer = Buffer.alloc(0)
  let bytes = 0
  try {
    for await (const piece of stream) {
      const buffer = piece as Buffer // busboy's files are streams of bytes
      bytes += buffer.length
      if (head.length < HEAD) head = Buffer.concat([head, buffer.subarray(0, HEAD - head.length)])
      hash.update(buffer)
      await handle.writeFile(buffer)
    }
  } finally {
    await handle.close()
  }
  return { path, staged: 'upload', given, head, bytes, sha256: hash.digest('hex') }
}

function badForm(message: string, cause?: unknown): ApiError {
  return new ApiError({
    status: 400, code: 'invalid_form', field: 'body', message, cause,
    remedy: 'Send multipart/form-data with one file, and names of fields as they are documented.',
  })
}
