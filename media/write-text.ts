import { realpath, stat, writeFile } from 'node:fs/promises'
import { withStage } from './staging.ts'

/**
 * Writes a text file that is whole or not there. One that is there keeps its permissions, and a link stays a link.
 * Throws MediaError where it can't be written.
 */
export async function writeTextFile(path: string, text: string): Promise<void> {
  const target = await realpath(path).catch(() => path)
  const mode = await stat(target).then((info) => info.mode, () => undefined)
  await withStage(target, async (stage) => {
    await writeFile(stage.path('text'), text, mode === undefined ? {} : { mode })
    await stage.publish('text', target)
  })
}
