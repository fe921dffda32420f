/** `POST /upload/image`, `POST /upload/mask`: files for a workflow to read. */
import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Router } from 'express'
import type { Request } from 'express'
import { isRecord, own } from '../../../core/comfy/fields.ts'
import { readComfyText } from '../../../core/comfy/index.ts'
import { openInside } from '../../assets/open-inside.ts'
import { receiveForm, type ReceivedFile, type ReceivedForm } from '../../assets/receive.ts'
import { storeUpload } from '../../assets/store-upload.ts'
import type { Services } from '../../services.ts'
import { refusal } from '../errors.ts'
import { withAlphaOf } from './picture.ts'
import { pathBelow, rootNamed } from './roots.ts'

/** One client writes the second of the last two, which ComfyUI does not know. */
const FIELDS = ['overwrite', 'subfolder', 'type', 'original_ref', 'originalRef'] as const

/** Where an upload lies, as workflows and `/view` name it. */
interface Uploaded {
  readonly name: string
  readonly subfolder: string
  readonly type: string
}

/** The two routes of `/upload`. */
export function uploadRoutes(services: Services): Router {
  return Router()
    .post('/upload/image', async (request, response) => {
      response.json(await received(request, services, (form) => keep(services, form, form.file)))
    })
    .post('/upload/mask', async (request, response) => {
      response.json(await received(request, services, async (form) => keep(services, form, await masked(services, form))))
    })
}

async function received(request: Request, services: Services, work: (form: ReceivedForm) => Promise<Uploaded>): Promise<Uploaded> {
  const { folders, config } = services
  await mkdir(folders.input, { recursive: true })
  return receiveForm(request, { folder: folders.input, file: 'image', fields: FIELDS, bytes: config.limits.uploadBytes, isLoose: true }, work)
}

async function keep(services: Services, { fields }: ReceivedForm, file: ReceivedFile): Promise<Uploaded> {
  const type = fields.get('type') || 'input'
  const root = rootNamed(services, type)
  await mkdir(root, { recursive: true })
  const folder = (fields.get('subfolder') ?? '').replace(/\/+$/, '')
  const replaces = /^(?:1|true)$/i.test(fields.get('overwrite') ?? '')
  const { path } = await storeUpload(services, file, { root, folder, naming: 'given', replaces })
  const cut = path.lastIndexOf('/')
  return { name: path.slice(cut + 1), subfolder: cut < 0 ? '' : path.slice(0, cut), type }
}

/** The picture that `original_ref` names, with the alpha of the one that was sent; that one itself where none is named. */
async function masked(services: Services, { file, fields, stage }: ReceivedForm): Promise<ReceivedFile> {
  const reference = fields.get('original_ref') ?? fields.get('originalRef')
  if (reference === undefined || reference === '') return file
  const { root, path } = originalOf(services, reference)
  const original = await openInside(root, path, 'original_ref')
  const mask = await openInside(dirname(file.path), file.staged)
  const picture = await withAlphaOf(original, mask, services.config.limits.pixels)
  await writeFile(stage.path('masked'), picture)
  const sha256 = createHash('sha256').update(picture).digest('hex')
  const given = file.given.replace(/(?:\.[^.]*)?$/, '.png')
  return { path: stage.path('masked'), staged: 'masked', given, head: picture.subarray(0, 64), bytes: picture.length, sha256 }
}

function originalOf(services: Services, text: string): { readonly root: string; readonly path: string } {
  const reference = readComfyText(text)
  const field = (name: string) => (isRecord(reference) ? own(reference, name) ?? '' : '')
  const [filename, subfolder, type] = [field('filename'), field('subfolder'), field('type') || 'output']
  if (typeof filename !== 'string' || filename === '' || typeof subfolder !== 'string') {
    throw refusal(400, 'invalid_request', '"original_ref" names no file.', 'Expected {"filename": …, "subfolder": …, "type": …}.')
  }
  return { root: rootNamed(services, type), path: pathBelow(subfolder, filename) }
}
