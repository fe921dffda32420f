/** What went wrong, for code that has to react: show a retry button, pick another folder, name the socket. */
export type MediaErrorCode =
  | 'bad_input'        // sizes, rates, types: the caller's values
  | 'not_found'        // a file or program that should be there is not
  | 'unreadable'       // the file is there, but broken, truncated, too large or of another kind
  | 'unwritable'       // the folder or file can't be written
  | 'disk_full'
  | 'ffmpeg_failed'
  | 'closed'           // frames read after close()
  | 'incomplete'       // fewer frames came than were announced

export interface MediaFailure {
  readonly code: MediaErrorCode
  /** The file, folder or program it is about. */
  readonly path?: string
  /** What was expected and what came, without a full stop. */
  readonly problem: string
  /** What the person can do, one sentence. */
  readonly remedy: string
  readonly cause?: unknown
}

/** A failure of reading or writing pictures and videos. Its message is made of the fields: "path: problem. remedy" */
export class MediaError extends Error {
  override readonly name = 'MediaError'
  readonly code: MediaErrorCode
  readonly path: string | undefined
  readonly problem: string
  readonly remedy: string

  constructor({ code, path, problem, remedy, cause }: MediaFailure) {
    super(`${path === undefined ? '' : `${path}: `}${problem}. ${remedy}`, cause === undefined ? {} : { cause })
    this.code = code
    this.path = path
    this.problem = problem
    this.remedy = remedy
  }
}

/** The `code` of a Node system error ('ENOSPC'), or undefined for anything else: codes of ours are in small letters. */
export const systemCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && /^[A-Z]/.test(error.code) ? error.code : undefined

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** Words ffmpeg and libvips use for the errors above, in their own messages. */
export const saysDiskFull = (text: string): boolean =>
  /no space left on device|disk quota exceeded|file too large|not enough space/i.test(text)

/** The disk that holds `path` is full: one message for every writer. */
export const diskFull = (path: string, cause?: unknown): MediaError => new MediaError({
  code: 'disk_full', path,
  problem: 'the disk is full, so the file was not written and nothing was left behind',
  remedy: 'Free some space there, or choose another folder, and run it again.',
  cause,
})

/** Turns a failed file operation into a MediaError about `path`; one that already is passes through. */
export function fileError(error: unknown, path: string, doing: 'read' | 'write'): MediaError {
  if (error instanceof MediaError) return error
  const code = systemCode(error)
  if (code && FULL.has(code)) return diskFull(path, error)
  const reason = error instanceof Error ? error.message : String(error)
  if (doing === 'read') {
    const failure = code === 'ENOENT'
      ? { code: 'not_found', problem: 'there is no such file', remedy: 'Check the path.' } as const
      : { code: 'unreadable', problem: `could not be read (${reason})`, remedy: 'Check its permissions.' } as const
    return new MediaError({ ...failure, path, cause: error })
  }
  return new MediaError({
    code: 'unwritable', path, problem: `could not be written (${reason})`,
    remedy: 'Check that the folder exists and may be written, or choose another one.', cause: error,
  })
}
