import { withFile } from './byte-source.ts'
import type { ByteSource } from './byte-source.ts'
import { EBML, elementHead, elements, makeElement, readUint, uint64 } from './ebml.ts'
import type { Element } from './ebml.ts'
import { copyParts, incomplete } from './finish.ts'
import type { FinishOptions } from './finish.ts'
import { METADATA_KEY } from './metadata.ts'
import { makeTag } from './webm-metadata.ts'

interface Parts {
  readonly header: Element
  /** Info and Tracks, as ffmpeg wrote them. */
  readonly about: readonly Element[]
  readonly tags: Element | null
  readonly cues: Element | null
  readonly clusters: readonly Element[]
  /** Where positions inside the file count from. */
  readonly base: number
}

/**
 * Checks that ffmpeg's webm is whole, and copies it with the metadata and the index of key frames in front, so that a
 * browser can jump before it has the whole file. Throws MediaError when frames are missing.
 */
export async function finishWebm(from: string, to: string, options: FinishOptions): Promise<void> {
  await withFile(from, async (source) => {
    const parts = await readParts(source).catch(() => null)
    const found = parts ? await countBlocks(source, parts.clusters).catch(() => 0) : 0
    if (!parts || found !== options.frames) throw await incomplete(found, options)
    await copyParts(source, to, [parts.header, ...await layOut(source, parts, options.metadata)], options.target)
  })
}

async function readParts(source: ByteSource): Promise<Parts | null> {
  const [header, segment] = await all(elements(source, 0, source.size))
  if (header?.id !== EBML.header || segment?.id !== EBML.segment) return null
  const children = await all(elements(source, segment.content, segment.end))
  const one = (id: number) => children.find((child) => child.id === id) ?? null
  const [info, tracks] = [one(EBML.info), one(EBML.tracks)]
  if (!info || !tracks) return null
  return {
    header, about: [info, tracks], tags: one(EBML.tags), cues: one(EBML.cues),
    clusters: children.filter(({ id }) => id === EBML.cluster), base: segment.content,
  }
}

async function countBlocks(source: ByteSource, clusters: readonly Element[]): Promise<number> {
  let blocks = 0
  for (const { content, end } of clusters) {
    for await (const { id } of elements(source, content, end)) {
      if (id === EBML.simpleBlock || id === EBML.blockGroup) blocks++
    }
  }
  return blocks
}

/** The segment in our order: where things are, what they are, tags, key frames, pictures. */
async function layOut(source: ByteSource, parts: Parts, metadata: string | null): Promise<(Buffer | Element)[]> {
  const tags = makeElement(EBML.tags, ...await oldTags(source, parts.tags), ...newTags(metadata))
  const [info, tracks] = parts.about as [Element, Element]              // readParts found both
  // Built twice: the first time to learn the lengths, which positions don't change.
  const fronts = (positions: Positions): Promise<Buffer[]> => Promise.all([
    seekHead(positions), source.read(info.start, lengthOf(info)), source.read(tracks.start, lengthOf(tracks)), tags,
    cuesAt(source, parts, positions),
  ])
  const drafts = await fronts({ seek: [], cluster: () => 0 })
  const starts = startsOf(drafts.map(({ length }) => length))
  const front = starts.at(-1)!
  const shift = front - (parts.clusters[0]!.start - parts.base)
  const seek = [[EBML.info, starts[1]!], [EBML.tracks, starts[2]!], [EBML.tags, starts[3]!], [EBML.cues, starts[4]!]] as const
  const made = await fronts({ seek, cluster: (position) => position + shift })
  const size = front + parts.clusters.reduce((sum, cluster) => sum + lengthOf(cluster), 0)
  return [elementHead(EBML.segment, size), ...made, ...parts.clusters]
}

interface Positions {
  readonly seek: readonly (readonly [id: number, position: number])[]
  cluster(position: number): number
}

const SEEKS = [EBML.info, EBML.tracks, EBML.tags, EBML.cues]

async function seekHead({ seek }: Positions): Promise<Buffer> {
  const positions = new Map(seek)
  return makeElement(EBML.seekHead, ...SEEKS.map((id) => makeElement(EBML.seek,
    makeElement(EBML.seekId, elementHead(id, 0).subarray(0, -8)),
    makeElement(EBML.seekPosition, uint64(positions.get(id) ?? 0)))))
}

/** The index of key frames. Clusters stay next to each other, so all positions move by one number. */
async function cuesAt(source: ByteSource, { cues }: Parts, positions: Positions): Promise<Buffer> {
  return cues ? rewritten(source, cues, positions) : makeElement(EBML.void)
}

const CUE_PARENTS: readonly number[] = [EBML.cues, EBML.cuePoint, EBML.cueTrackPositions]

async function rewritten(source: ByteSource, element: Element, positions: Positions): Promise<Buffer> {
  if (element.id === EBML.cueClusterPosition) {
    return makeElement(element.id, uint64(positions.cluster(await readUint(source, element))))
  }
  if (!CUE_PARENTS.includes(element.id)) return source.read(element.start, lengthOf(element))
  const children: Buffer[] = []
  for (const child of await all(elements(source, element.content, element.end))) {
    children.push(Buffer.from(await rewritten(source, child, positions)))
  }
  return makeElement(element.id, ...children)
}

async function oldTags(source: ByteSource, tags: Element | null): Promise<Buffer[]> {
  return tags ? [Buffer.from(await source.read(tags.content, tags.end - tags.content))] : []
}

const newTags = (metadata: string | null): Buffer[] => metadata === null ? [] : [makeTag(METADATA_KEY, metadata)]

/** Where parts of these lengths begin, and where the last one ends. */
const startsOf = (lengths: readonly number[]): number[] =>
  lengths.reduce<number[]>((starts, length) => [...starts, starts.at(-1)! + length], [0])

const lengthOf = ({ start, end }: Element): number => end - start

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}
