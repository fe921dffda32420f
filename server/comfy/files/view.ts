/** `GET /view`: a file that was made or uploaded, as it is, smaller to send, or without its alpha channel. */
import { Router } from 'express'
import type { Request, Response } from 'express'
import type { OpenedFile } from '../../assets/open-inside.ts'
import { openInside } from '../../assets/open-inside.ts'
import { etagOf, sendFile } from '../../assets/send-file.ts'
import { disposition } from '../../assets/file-names.ts'
import type { Services } from '../../services.ts'
import { refusal } from '../errors.ts'
import { isPicture, pictureOf, type PictureWish } from './picture.ts'
import { pathBelow, rootNamed } from './roots.ts'

/** `name.png [temp]`: a name that says its folder. */
const ANNOTATED = /^(.*) \[(input|output|temp)\]$/s

/** The route of `/view`. */
export function viewRoutes(services: Services): Router {
  return Router().get('/view', async (request, response) => {
    const { root, path } = fileOf(request, services)
    const file = await openInside(root, path, 'filename')
    const wish = wishOf(request)
    if (wish === undefined || !isPicture(file.name)) return sendFile(request, response, file)
    await sendPicture(request, response, file, wish, services)
  })
}

function fileOf({ query }: Request, services: Services): { readonly root: string; readonly path: string } {
  const filename = textIn(query, 'filename')
  if (filename === '') throw refusal(400, 'invalid_request', '"filename" is missing.', 'Expected the name of a file, as results have it.')
  const [, plain = filename, annotated] = ANNOTATED.exec(filename) ?? []
  const type = annotated ?? (textIn(query, 'type') || 'output')
  return { root: rootNamed(services, type), path: pathBelow(textIn(query, 'subfolder'), plain) }
}

/** A field of the query; of several of one name, the first. */
function textIn(query: Request['query'], name: string): string {
  const value = query[name]
  const first: unknown = Array.isArray(value) ? value[0] : value
  return typeof first === 'string' ? first : ''
}

/** What is asked for beside the file itself; `undefined` for the file as it is. */
function wishOf({ query }: Request): PictureWish | undefined {
  const channel = textIn(query, 'channel') || 'rgba'
  if (channel !== 'rgba' && channel !== 'rgb' && channel !== 'a') {
    throw refusal(400, 'invalid_request', '"channel" is not known.', `Expected rgba, rgb or a, got ${channel.slice(0, 40)}.`)
  }
  const [format = '', quality = '90'] = textIn(query, 'preview').split(';')
  if (format === '') return channel === 'rgba' ? undefined : { channel, format: 'png', quality: 100 }
  const value = /^\d{1,3}$/.test(quality) ? Math.min(100, Math.max(1, Number(quality))) : 90
  return { channel, format: format === 'jpeg' ? 'jpeg' : 'webp', quality: value }
}

async function sendPicture(
  request: Request, response: Response, file: OpenedFile, wish: PictureWish, { config }: Services,
): Promise<void> {
  response.set({
    'etag': `${etagOf(file.stats).slice(0, -1)}-${wish.channel}-${wish.format}-${wish.quality}"`,
    'cache-control': 'private, no-cache',
    'content-disposition': disposition('inline', file.name),
    'x-content-type-options': 'nosniff',
  })
  if (request.fresh) {
    await file.handle.close()
    return void response.status(304).end()
  }
  const bytes = await pictureOf(file, wish, config.limits.pixels)
  response.type(`image/${wish.format}`).send(bytes)
}
