import { tmpdir, userInfo } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { Folders } from '../worker/protocol.ts'

export interface FolderOptions {
  readonly out?: string | undefined
  readonly modelsDir?: string | undefined
  readonly inputDir?: string | undefined
  /** The workflow's file: LoadImage looks beside it. */
  readonly workflow?: string | undefined
}

/** The folders of a run, absolute, from what the command line says. */
export function foldersOf({ out, modelsDir, inputDir, workflow }: FolderOptions): Folders {
  return {
    models: resolve(modelsDir ?? process.env['KINOGRAPH_MODELS_DIR'] ?? 'models'),
    input: resolve(inputDir ?? (workflow === undefined ? '.' : dirname(workflow))),
    output: resolve(out ?? 'output'),
    temp: join(tmpdir(), `kinograph-${userInfo().username}`),
  }
}
