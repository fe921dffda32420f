/** Files that a workflow reads: by names below the run's input folder. */
import { stat } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { port } from '../core/types/index.ts'
import type { Complaint, Paths, Port, UploadKind } from '../core/types/index.ts'
import { MediaError } from '../media/index.ts'

const ports = new WeakSet<object>()

/** A text that names a file in the input folder, to which editors let people add one of this kind. */
export function inputFilePort(upload: UploadKind): Port<string> {
  const made = port.string({ upload, tooltip: 'a file in the input folder: the workflow\'s own folder on the command line' })
  ports.add(made)
  return made
}

/** Whether what stands at a port names a file in the input folder. */
export const namesInputFile = (one: object): boolean => ports.has(one)

/** @throws MediaError when the name would leave the input folder */
export function inputPath({ input }: Pick<Paths, 'input'>, name: string): string {
  const inside = name !== '' && !name.includes('\0') && !isAbsolute(name) && !name.split(/[\\/]/).includes('..')
  if (inside) return join(input, name)
  throw new MediaError({
    code: 'bad_input', problem: `${JSON.stringify(name)} is not a name inside the input folder ${input}`,
    remedy: 'Put the file there and give its name; --input-dir DIR takes another folder.',
  })
}

/** For `validate` hooks: the complaint about a file that is not there. */
export async function missingInput<N extends string>(
  input: N, paths: Pick<Paths, 'input'>, name: string | undefined,
): Promise<Complaint<N>[]> {
  if (name === undefined) return []
  const path = orComplaint(() => inputPath(paths, name))
  if (path instanceof MediaError) return [{ input, problem: path.problem, remedy: path.remedy }]
  const there = await stat(path).then((found) => found.isFile(), () => false)
  if (there) return []
  return [{
    input, problem: `there is no file ${JSON.stringify(name)} in ${paths.input}`,
    remedy: 'Put it there, or choose another folder with --input-dir DIR.',
  }]
}

function orComplaint(find: () => string): string | MediaError {
  try {
    return find()
  } catch (error) {
    if (error instanceof MediaError) return error
    throw error
  }
}
