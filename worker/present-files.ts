/** A cache whose results are only good as long as the files that they show are there. */
import { existsSync } from 'node:fs'
import type { NodeResult, ResultCache } from '../core/run/index.ts'
import { shownFile } from './produced-files.ts'
import type { Folders } from './protocol.ts'

/**
 * The same cache, but for results of nodes that saved or previewed files of which one is gone, or is in another output
 * folder than this run's: those nodes run again.
 */
export function withFilesPresent(cache: ResultCache, folders: Pick<Folders, 'output' | 'temp'>): ResultCache {
  const good = (result: NodeResult | undefined) => (result === undefined || arePresent(result, folders) ? result : undefined)
  return {
    get(key) {
      const found = cache.get(key)
      return found instanceof Promise ? found.then(good) : good(found)
    },
    set: (key, result, node) => cache.set(key, result, node),
    ...(cache.planned && { planned: (keys: Iterable<string>) => cache.planned?.(keys) }),
    ...(cache.clear && { clear: () => cache.clear?.() }),
  }
}

function arePresent({ ui }: NodeResult, folders: Pick<Folders, 'output' | 'temp'>): boolean {
  if (ui === undefined) return true
  return Object.values(ui).flat().every((shown) => {
    const file = shownFile(shown, folders)
    return file === undefined || existsSync(file.path)
  })
}
