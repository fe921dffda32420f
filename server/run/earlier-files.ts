/** Files that a job shows and did not make: its nodes were known, and what they saved in an earlier job is still there. */
import { createHash } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import type { Json } from '../../core/types/json.ts'
import { openInside } from '../assets/open-inside.ts'
import type { NodeOutcome, PublishedFile } from '../job/job.ts'

/** Files whose content is looked at for one job. */
const MOST_FILES = 1000

/** Those of them that are in the output folder today, by node and place in what it shows. */
export async function earlierFiles(output: string, nodes: readonly NodeOutcome[]): Promise<readonly PublishedFile[]> {
  const files: PublishedFile[] = []
  for (const { node, filename, subfolder, index } of nodes.flatMap(shownFiles).slice(0, MOST_FILES)) {
    const found = await describe(output, subfolder === '' ? filename : `${subfolder}/${filename}`)
    if (found) files.push({ node, index, filename, subfolder, ...found })
  }
  return files
}

/** The saved files among what a known node shows, in ComfyUI's form. */
function shownFiles({ node, state, ui }: NodeOutcome) {
  if (state !== 'cached' || ui === undefined) return []
  return Object.values(ui).flat().flatMap((shown, index) => {
    const file = savedFile(shown)
    return file === undefined ? [] : [{ node, index, ...file }]
  })
}

function savedFile(shown: Json): { readonly filename: string; readonly subfolder: string } | undefined {
  if (typeof shown !== 'object' || shown === null || !('filename' in shown)) return undefined
  const { filename, subfolder = '', type } = shown
  return typeof filename === 'string' && typeof subfolder === 'string' && type === 'output' ? { filename, subfolder } : undefined
}

/** Size and content of a file; `undefined` where it is not there any more. */
async function describe(output: string, path: string): Promise<{ readonly bytes: number; readonly sha256: string } | undefined> {
  const opened = await openInside(output, path).catch(() => undefined)
  if (opened === undefined) return undefined
  const hash = createHash('sha256')
  try {
    await pipeline(opened.handle.createReadStream({ autoClose: false }), hash)
  } catch {
    return undefined // can't be read any more: then it is not offered
  } finally {
    await opened.handle.close()
  }
  return { bytes: opened.stats.size, sha256: hash.digest('hex') }
}
