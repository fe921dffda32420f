/** Files of the server: upload, list, download. */
import type { PublishedFile } from '../job/job.ts'
import type { AnswerOf, Caller, Given } from './call.ts'

export type Root = 'input' | 'output' | 'temp'

/** The files of a server. */
export class Assets {
  readonly #caller: Caller

  constructor(caller: Caller) {
    this.#caller = caller
  }

  /** Uploads a picture, a video, audio or a workflow into the input folder. `naming: 'hash'`: under its SHA-256. */
  upload(file: Blob, name: string, options: { readonly folder?: string; readonly naming?: 'given' | 'hash' } = {}): Promise<AnswerOf<'POST /assets'>> {
    const form = new FormData()
    for (const [key, value] of Object.entries(options)) if (value !== undefined) form.set(key, value)
    form.set('file', file, name)
    return this.#caller.call('POST /assets', { body: form })
  }

  /** One page of a folder, by name. */
  list(root: Root, query: NonNullable<Given<'GET /assets/{root}'>['query']> = {}): Promise<AnswerOf<'GET /assets/{root}'>> {
    return this.#caller.call('GET /assets/{root}', { params: { root }, query })
  }

  /** The path of a file that a job made, for `get` and `url`. */
  pathOf({ subfolder, filename }: Pick<PublishedFile, 'subfolder' | 'filename'>): string {
    return subfolder === '' ? filename : `${subfolder}/${filename}`
  }

  /** The address of a file, for an element of a page. */
  url(root: Root, path: string): string {
    return this.#caller.address('/assets/{root}/{path+}', { params: { root, path } })
  }

  /** The address of a small picture of it. */
  thumbnailUrl(root: Root, path: string, size = 256): string {
    return this.#caller.address('/thumbnails/{root}/{path+}', { params: { root, path }, query: { size } })
  }

  /** A file, or a range of its bytes. */
  get(root: Root, path: string, range?: { readonly from: number; readonly to?: number }): Promise<Response> {
    const headers = range ? { range: `bytes=${range.from}-${range.to ?? ''}` } : {}
    const given = { params: { root, path }, headers }
    return this.#caller.open('GET /assets/{root}/{path+}', given)
  }

  /** What a picture or video is. */
  probe(root: Root, path: string): Promise<AnswerOf<'GET /probe/{root}/{path+}'>> {
    return this.#caller.call('GET /probe/{root}/{path+}', { params: { root, path } })
  }

  async remove(root: Root, path: string): Promise<void> {
    await this.#caller.open('DELETE /assets/{root}/{path+}', { params: { root, path } })
  }
}
