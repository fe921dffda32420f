/** Initializers that stay where they lie: ONNX's external data, relative to one folder. */
import { dirname, relative, sep } from 'node:path'
import type { OnnxInitializer } from '../onnx/model.ts'
import { isEntry, type TensorSource } from './entry.ts'
import type { Value } from './value.ts'

/**
 * The initializers of a model and the folder that their locations are relative to. ONNX Runtime refuses absolute
 * locations, `..` and symlinks that leave the folder, so it is the common ancestor of the files' real paths (maybe
 * `/`).
 */
export function layOut(weights: readonly { readonly value: Value; readonly source: TensorSource }[]): {
  externalRoot: string | null
  initializers: OnnxInitializer[]
} {
  const externalRoot = commonFolder(
    new Set(
      weights
        .map((w) => w.source)
        .filter(isEntry)
        .map((e) => e.file),
    ),
  )
  const locations = new Map<string, string>()
  const locationOf = (file: string): string => {
    const location =
      locations.get(file) ??
      relative(externalRoot ?? '/', file)
        .split(sep)
        .join('/')
    locations.set(file, location)
    return location
  }
  const initializers = weights.map(({ value, source }) => ({
    name: value.name,
    dtype: source.dtype,
    shape: source.shape,
    data: isEntry(source)
      ? { location: locationOf(source.file), offset: source.offset, length: source.bytes }
      : source.data,
  }))
  return { externalRoot, initializers }
}

/** The deepest folder that holds all files; null for no files. */
export function commonFolder(files: Iterable<string>): string | null {
  let common: string[] | null = null
  for (const file of files) {
    const folders = dirname(file).split(sep)
    const shared: number = (common ?? folders).findIndex((folder, i) => folder !== folders[i])
    common = shared < 0 ? (common ?? folders) : common!.slice(0, shared)
  }
  return common && (common.join(sep) || sep)
}
