/** ComfyUI's three folders, by the names that its clients give them. */
import { shortText } from '../../../core/types/json.ts'
import { refusal } from '../errors.ts'
import type { Services } from '../../services.ts'

export type RootName = 'input' | 'output' | 'temp'

const NAMES: readonly RootName[] = ['input', 'output', 'temp']

/** The folder of a name. @throws ComfyRefusal for any other */
export function rootNamed({ folders }: Pick<Services, 'folders'>, name: unknown): string {
  const known = NAMES.find((one) => one === name)
  if (known !== undefined) return folders[known]
  throw refusal(400, 'invalid_request', '"type" is not the name of a folder.', `Expected input, output or temp, got ${shortText(name)}.`)
}

/** A path below a root out of a file's name and the folder it is said to be in. */
export function pathBelow(subfolder: string, filename: string): string {
  const folder = subfolder.replace(/\/+$/, '')
  return folder === '' ? filename : `${folder}/${filename}`
}
