/** Checkpoints laid over each other, and what errors say about those that do not belong. */
import { stat } from 'node:fs/promises'
import type { Checkpoint, LoadReport, TensorEntry } from '../../tensor/index.ts'
import { layerEntries, loadReport, openCheckpoint } from '../../tensor/index.ts'
import { DiffusionError } from '../error.ts'
import type { Wanted } from '../layers/wanted.ts'
import { kindOfWeights } from './detect.ts'
import type { WeightsFile } from './recipe.ts'

export type Entries = ReadonlyMap<string, TensorEntry>
/** Brings a file's keys under the names that the model asks for. */
export type Present = (entries: Entries) => Entries

/** Opens a checkpoint and says what of it is wanted; nothing but its index is read. */
export async function openFile(
  path: string,
  role: WeightsFile['role'],
  present: Present = (entries) => entries,
): Promise<{ file: WeightsFile; entries: Entries }> {
  const { files, entries } = await openOnce(path)
  return { file: { role, path, files }, entries: present(entries) }
}

/**
 * The report on one file against what a model wants; keys that are `known` to be unused are not called unexpected.
 */
export function reportOn(entries: Entries, wanted: Wanted['keys'], known: RegExp): LoadReport {
  const report = loadReport(wanted, entries)
  return { ...report, unexpected: report.unexpected.filter((name) => !known.test(name)) }
}

/**
 * Refuses a file that does not hold what it must.
 * @param what the model that it should be, as messages name it: "a PixArt-alpha transformer"
 * @param needed whether a missing key matters
 */
export function requireComplete(
  path: string,
  what: string,
  entries: Entries,
  report: LoadReport,
  needed: (name: string) => boolean = () => true,
): void {
  const missing = report.missing.filter(needed)
  if (missing.length === 0 && report.wrongShape.length === 0) return
  const kind = kindOfWeights(entries.keys())
  if (report.matched.length === 0 || (kind !== what && report.matched.length < missing.length)) {
    throw new DiffusionError({
      field: path,
      expected: what,
      found: kind,
      remedy: `Choose the file or folder of ${what}.`,
    })
  }
  if (missing.length > 0) {
    throw new DiffusionError({
      field: path,
      expected: `${report.matched.length + missing.length} weights of ${what}`,
      found: `${missing.length} fewer; missing: ${listed(missing)}`,
      remedy: 'Download the file again, or use the config.json that belongs to it.',
    })
  }
  throw wrongShape(path, report)
}

/** The error about weights of another size. */
export function wrongShape(
  path: string,
  { wrongShape: [first, ...rest] }: Pick<LoadReport, 'wrongShape'>,
): DiffusionError {
  const { name, expected, found } = first!
  return new DiffusionError({
    field: path,
    expected: `"${name}" of shape [${expected.join(', ')}]`,
    found: `[${found.join(', ')}]${rest.length > 0 ? `, and ${rest.length} more weights of other shapes` : ''}`,
    remedy: 'The file belongs to a model of another size: choose the one that was made for this base.',
  })
}

/** The first few of many names. */
const listed = (names: readonly string[]): string =>
  names.slice(0, 4).join(', ') + (names.length > 4 ? ` and ${names.length - 4} more` : '')

/** Checkpoints opened before in this process, by path, with what the files looked like. */
const opened = new Map<string, { readonly stamp: string; readonly checkpoint: Checkpoint }>()

/** Opens a checkpoint; one whose files have not been touched since is not read and hashed again. */
async function openOnce(path: string): Promise<Checkpoint> {
  const known = opened.get(path)
  if (known && known.stamp === (await stampOf(known.checkpoint))) return known.checkpoint
  const checkpoint = await openCheckpoint(path)
  opened.set(path, { stamp: await stampOf(checkpoint), checkpoint })
  return checkpoint
}

/** Size, inode and times of a checkpoint's files. */
async function stampOf({ files }: Checkpoint): Promise<string> {
  const stats = await Promise.all(files.map((file) => stat(file.path, { bigint: true }).catch(() => null)))
  return stats.map((s) => s && [s.size, s.ino, s.mtimeNs, s.ctimeNs].join()).join('\n')
}

/** Opens a recipe's files again and lays them over each other, each checked to be what was described. */
export async function openLayers(weights: readonly WeightsFile[], present: Present): Promise<Entries> {
  const checkpoints = await Promise.all(
    weights.map(async (file) => {
      const checkpoint = await openOnce(file.path)
      requireUnchanged(file, checkpoint)
      return { entries: present(checkpoint.entries) }
    }),
  )
  return layerEntries(...checkpoints).entries
}

/** @throws DiffusionError when a file has another content than when it was described */
export function requireUnchanged(
  { path, files }: Pick<WeightsFile, 'path' | 'files'>,
  now: Pick<Checkpoint, 'files'>,
): void {
  const hashes = (identities: Checkpoint['files']) => identities.map((file) => file.hash).join()
  if (hashes(files) === hashes(now.files)) return
  throw new DiffusionError({
    field: path,
    expected: 'the file as it was when the model was loaded',
    found: 'another content',
    remedy: 'Load the model again.',
  })
}
