import { extname } from 'node:path'
import { MediaError } from './error.ts'
import { broken, MAX_PIECE, withFile } from './byte-source.ts'
import type { ByteSource } from './byte-source.ts'
import { EBML } from './ebml.ts'
import { readGifFields } from './gif-metadata.ts'
import { readMp4Fields } from './mp4-metadata.ts'
import { PNG_SIGNATURE, readPngFields } from './png-metadata.ts'
import { readWebmFields } from './webm-metadata.ts'
import { readWebpFields } from './webp-metadata.ts'

/** The field that carries our JSON in every kind of file. ComfyUI's are `prompt` and `workflow`. */
export const METADATA_KEY = 'kinograph'

/** What a produced file says about its making, enough to make it again. */
export interface EmbeddedMetadata {
  /** Version of Kinograph that wrote it. */
  readonly kinograph: string
  /** The workflow file's JSON as it ran. Checked by core/workflow, not here. */
  readonly workflow: unknown
  /** Seeds as they were used, by "node.input". A string where the number is above 2^53. */
  readonly seeds?: Readonly<Record<string, number | string>>
  /** The model files that took part. */
  readonly models?: readonly { readonly file: string; readonly hash: string }[]
}

/** Text fields found in a file, unchanged: ours under METADATA_KEY, ComfyUI's under `prompt` and `workflow`. */
export interface FileFields {
  readonly format: 'png' | 'webp' | 'mp4' | 'webm' | 'gif'
  readonly fields: ReadonlyMap<string, string>
}

/**
 * The metadata that Kinograph embedded, or null when the file carries none (whoever made it).
 * Reads headers only, whatever the file's size. Throws MediaError for files that are missing, damaged, of another kind
 * (PNG, WebP, MP4, WebM and GIF are read), or whose metadata is not what we write.
 */
export async function readMetadata(path: string): Promise<EmbeddedMetadata | null> {
  const { fields } = await readFields(path)
  const text = fields.get(METADATA_KEY)
  return text === undefined ? null : parseMetadata(text, path)
}

/** All text fields of a PNG, WebP, MP4, WebM or GIF file. Throws as readMetadata does. */
export function readFields(path: string): Promise<FileFields> {
  return withFile(path, async (source) => {
    const format = await formatOf(source)
    return { format, fields: await READERS[format](source) }
  })
}

const READERS = { png: readPngFields, webp: readWebpFields, mp4: readMp4Fields, webm: readWebmFields, gif: readGifFields }

async function formatOf(source: ByteSource): Promise<FileFields['format']> {
  const head = await source.read(0, Math.min(12, source.size))
  if (head.subarray(0, 8).equals(PNG_SIGNATURE)) return 'png'
  if (head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 12) === 'WEBP') return 'webp'
  if (head.toString('latin1', 4, 8) === 'ftyp') return 'mp4'
  if (head.length >= 4 && head.readUInt32BE(0) === EBML.header) return 'webm'
  if (/^GIF8[79]a/.test(head.toString('latin1'))) return 'gif'
  throw new MediaError({
    code: 'unreadable', path: source.path,
    problem: `${extname(source.path) || 'this file'} is none of the kinds that can carry a workflow`,
    remedy: 'Use a PNG, WebP, MP4, WebM or GIF file that Kinograph wrote, or the workflow\'s own JSON file.',
  })
}

/** The JSON that is embedded. Throws MediaError when it can't be JSON, or is larger than a reader would take. */
export function serializeMetadata(metadata: EmbeddedMetadata): string {
  let text: string
  try {
    text = JSON.stringify(metadata)
  } catch (error) {
    throw tooMuch('the workflow can\'t be written as JSON', error)
  }
  if (Buffer.byteLength(text) > MAX_PIECE - 1024) throw tooMuch(`the workflow takes more than ${MAX_PIECE} bytes`)
  return text
}

const tooMuch = (problem: string, cause?: unknown) => new MediaError({
  code: 'bad_input', problem, remedy: 'Save without metadata, or make the workflow smaller.', cause,
})

function parseMetadata(text: string, path: string): EmbeddedMetadata {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw broken(path, 'its embedded workflow is not JSON', error)
  }
  const problem = whatIsWrong(value)
  if (problem) throw broken(path, `its embedded workflow is not one of ours: ${problem}`)
  return value as EmbeddedMetadata                                      // whatIsWrong has just checked each field
}

function whatIsWrong(value: unknown): string | null {
  if (!isRecord(value)) return 'it is not an object'
  const { kinograph, workflow, seeds, models } = value
  if (typeof kinograph !== 'string') return '"kinograph" is not a version'
  if (workflow === undefined) return '"workflow" is missing'
  if (seeds !== undefined && !isSeeds(seeds)) return '"seeds" are not numbers by name'
  if (models !== undefined && !isModels(models)) return '"models" are not files with hashes'
  return null
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isSeeds = (value: unknown) =>
  isRecord(value) && Object.values(value).every((seed) => typeof seed === 'number' || typeof seed === 'string')

const isModels = (value: unknown) => Array.isArray(value)
  && value.every((model) => isRecord(model) && typeof model['file'] === 'string' && typeof model['hash'] === 'string')
