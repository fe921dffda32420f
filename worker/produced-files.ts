import { join } from 'node:path'
import type { NodeResult } from '../core/run/index.ts'
import type { Folders, ProducedFile } from './protocol.ts'

/** The files that output nodes say they made: `{ filename, subfolder, type }`, in ComfyUI's form. */
export function producedFiles(results: ReadonlyMap<string, NodeResult>, folders: Folders): ProducedFile[] {
  return [...results].flatMap(([node, { ui = {} }]) => Object.values(ui).flat().flatMap((shown) => {
    if (typeof shown !== 'object' || shown === null) return []
    const [filename, subfolder = '', type] = ['filename', 'subfolder', 'type'].map((field): unknown => Reflect.get(shown, field))
    if (typeof filename !== 'string' || typeof subfolder !== 'string') return []
    const temporary = type === 'temp'
    return [{ node, path: join(temporary ? folders.temp : folders.output, subfolder, filename), temporary }]
  }))
}
