import type { ByteSource } from './byte-source.ts'
import { broken } from './byte-source.ts'
import { EBML, elements, findElement, makeElement } from './ebml.ts'
import type { Element } from './ebml.ts'

// Tags of Matroska and WebM (RFC 9559, section 5.1.8): names in capitals there, in small letters here.

const MAX_TAGS = 1_000

/** One `Tag` element about the whole file, holding a text. */
export const makeTag = (name: string, text: string): Buffer => makeElement(EBML.tag,
  makeElement(EBML.targets),
  makeElement(EBML.simpleTag,
    makeElement(EBML.tagName, Buffer.from(name.toUpperCase())),
    makeElement(EBML.tagString, Buffer.from(text))))

/** The text tags of a Matroska or WebM file by name, the first of each. Clusters are skipped, not read. */
export async function readWebmFields(source: ByteSource): Promise<Map<string, string>> {
  const fields = new Map<string, string>()
  const segment = await findElement(source, 0, source.size, EBML.segment)
  if (!segment) throw broken(source.path, 'it has no segment')
  for await (const part of elements(source, segment.content, segment.end)) {
    if (part.id === EBML.tags) await readTags(source, part, fields)
  }
  return fields
}

async function readTags(source: ByteSource, tags: Element, into: Map<string, string>): Promise<void> {
  for await (const tag of elements(source, tags.content, tags.end)) {
    if (tag.id !== EBML.tag) continue
    for await (const simple of elements(source, tag.content, tag.end)) {
      if (simple.id === EBML.simpleTag) await readSimpleTag(source, simple, into)
      if (into.size > MAX_TAGS) throw broken(source.path, `it has more than ${MAX_TAGS} tags`)
    }
  }
}

async function readSimpleTag(source: ByteSource, { content, end }: Element, into: Map<string, string>): Promise<void> {
  const name = await textOf(source, await findElement(source, content, end, EBML.tagName), 1024)
  const text = name === null ? null : await textOf(source, await findElement(source, content, end, EBML.tagString))
  if (name !== null && text !== null && !into.has(name.toLowerCase())) into.set(name.toLowerCase(), text)
}

async function textOf(source: ByteSource, element: Element | null, most = Infinity): Promise<string | null> {
  if (!element || element.end - element.content > most) return null
  return (await source.read(element.content, element.end - element.content)).toString('utf8')
}
