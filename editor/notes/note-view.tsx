import type { SceneNode } from '../graph/scene.ts'
import { Markdown } from './markdown.tsx'

/** A note as its reader sees it: Markdown where its type says so, else its lines. */
export default function NoteView({ node }: { readonly node: SceneNode }) {
  const value = node.inputs.find(({ name }) => name === 'text')?.value
  if (typeof value !== 'string' || value.trim() === '') return null
  return node.type === 'MarkdownNote' ? <Markdown text={value} /> : <div class="markdown note-plain">{value}</div>
}
