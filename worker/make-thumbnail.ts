/** The answer to `thumbnail`. */
import { writeThumbnail } from '../media/index.ts'
import { reported } from './reported.ts'
import type { ThumbnailReport, ThumbnailRequest } from './protocol-files.ts'

/** @throws WorkflowError for files of another kind, damaged ones, and those beyond a limit */
export function makeThumbnail({ path, size, file, limits }: ThumbnailRequest, signal: AbortSignal): Promise<ThumbnailReport> {
  return reported(async () => ({ file, ...await writeThumbnail(path, file, size, limits, signal) }))
}
