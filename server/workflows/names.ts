/** Names of saved workflows: `name` or `folder/name`. Data, never a path of the file system. */
import { ApiError } from '../api/errors.ts'

const MAX_LENGTH = 200
const MAX_FOLDERS = 8
/** Letters, digits and what reads well in a list; a part neither begins with a dot nor ends with a dot or a space. */
const PART = /^[\p{L}\p{M}\p{N}_()[\]+,;=@!#&'~$^-][\p{L}\p{M}\p{N} ._()[\]+,;=@!#&'~$^-]*$/u

/** The name in its one form (NFC). @throws ApiError 400 for what can't be one */
export function checkName(given: string, field = 'path.name'): string {
  const name = given.normalize('NFC')
  const parts = name.split('/')
  const isGood = name.length <= MAX_LENGTH && parts.length <= MAX_FOLDERS && parts.every((part) => PART.test(part) && !/[. ]$/.test(part))
  if (isGood) return name
  throw new ApiError({
    status: 400, code: 'invalid_name', field,
    message: `expected a name such as "video/night city", got ${JSON.stringify(given.slice(0, 60))}`,
    remedy: `Use letters, digits, spaces and . _ - ( ) in at most ${MAX_LENGTH} characters; folders are set apart by /.`,
  })
}
