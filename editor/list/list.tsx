import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import type { Session } from '../app/session.ts'
import type { Point } from '../graph/scene.ts'
import { t } from '../i18n/index.ts'
import { Icon } from '../shell/icon.tsx'
import { ICONS } from '../shell/icons.ts'
import { openSearch } from '../shell/open-search.ts'
import { ListNode } from './list-node.tsx'
import { executionOrder } from './order.ts'
import './list.css'

/** So far right of all others goes a node that is added here, in graph units. */
const BESIDE = 320

/** The graph as a list, in the order in which it runs: everything that the canvas can do, for screen readers and keyboards. */
export default function ListView({ session }: { readonly session: Session }) {
  const document = session.document.value
  const nodes = executionOrder(document.scene.value.nodes)
  const opened = useSignal<ReadonlySet<string>>(new Set())
  const list = useRef<HTMLOListElement>(null)
  const setOpen = (ids: readonly string[], isOpen: boolean) => {
    const next = new Set(opened.peek())
    for (const id of ids) if (isOpen) next.add(id)
    else next.delete(id)
    opened.value = next
  }
  const heads = () => [...list.current?.querySelectorAll<HTMLElement>('[data-head]') ?? []]
  const focusHead = (id: string) => requestAnimationFrame(() => heads().find(({ dataset }) => dataset['head'] === id)?.focus())
  const act = (command: string, id: string) => {
    const at = nodes.findIndex((one) => one.id === id)
    document.selection.value = { nodes: new Set([id]), groups: new Set() }
    void session.commands.run(command, { kind: 'node', id }).then(() => {
      const left = document.scene.peek().nodes
      const next = left.some((one) => one.id === id) ? undefined : nodes[at + 1] ?? nodes[at - 1]
      if (command === 'edit.delete' && next) focusHead(next.id) // the focus is never lost
    })
  }
  const add = async () => {
    const before = new Set(document.scene.peek().nodes.map(({ id }) => id))
    const right = document.scene.peek().nodes.reduce((most, { position }) => Math.max(most, position[0]), 0)
    const client: Point = [innerWidth / 2 - 200, innerHeight / 4]
    await openSearch(session, { at: { client, graph: [right + BESIDE, 0] } })
    const made = document.scene.peek().nodes.find(({ id }) => !before.has(id))
    if (made === undefined) return
    setOpen([made.id], true)
    focusHead(made.id)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const id = event.target instanceof HTMLElement ? event.target.dataset['head'] : undefined
    if (id === undefined || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return
    const move = (to: number) => heads()[Math.max(0, Math.min(nodes.length - 1, to))]?.focus()
    const at = nodes.findIndex((one) => one.id === id)
    const keys: Readonly<Record<string, () => void>> = {
      ArrowDown: () => move(at + 1), ArrowUp: () => move(at - 1), Home: () => move(0), End: () => move(nodes.length - 1),
      ArrowRight: () => setOpen([id], true), ArrowLeft: () => setOpen([id], false), Delete: () => act('edit.delete', id),
    }
    const key = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined
    if (key === undefined) return
    event.preventDefault()
    key()
  }
  const areAllOpen = nodes.length > 0 && nodes.every(({ id }) => opened.value.has(id))
  return (
    <section class="list-view" aria-labelledby="list-heading">
      <header class="list-top">
        <h1 id="list-heading">{t('list.heading', { title: document.title.value || t('app.untitled'), count: nodes.length })}</h1>
        <p id="list-keys" class="muted">{t('list.keys')}</p>
        <div class="list-actions">
          {document.path.value.length > 0 && <button type="button" class="button" onClick={() => void session.commands.run('subgraph.leave')}>{t('list.leave')}</button>}
          <button type="button" class="button" onClick={() => void add()}><Icon path={ICONS.plus} size={16} />{t('app.addNode')}</button>
          <button type="button" class="button" aria-pressed={areAllOpen} onClick={() => setOpen(nodes.map(({ id }) => id), !areAllOpen)}>{t(areAllOpen ? 'list.closeAll' : 'list.openAll')}</button>
        </div>
      </header>
      <ol ref={list} class="list-nodes" aria-describedby="list-keys" onKeyDown={onKeyDown}>
        {nodes.map((node, index) => (
          <ListNode key={`${document.id} ${node.id}`} session={session} document={document} node={node} place={index + 1} isOpen={opened.value.has(node.id)}
            toggle={() => setOpen([node.id], !opened.value.has(node.id))} act={(command) => act(command, node.id)} />
        ))}
      </ol>
    </section>
  )
}
