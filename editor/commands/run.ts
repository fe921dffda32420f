/** Running workflows, and the queue. */
import type { Session } from '../app/session.ts'
import type { Settings } from '../app/settings.ts'
import type { CanvasTarget } from '../graph/canvas.ts'
import { t } from '../i18n/index.ts'
import { filesOf } from '../run/media.ts'
import { openNodeMedia } from '../panels/player/open-player.ts'
import { chosenIds, chosenNode, hasNodes } from './chosen.ts'
import type { Command } from './command.ts'

const MAX_BATCH = 100

async function cancelRunning({ runs }: Session): Promise<void> {
  const [first] = runs.queue.peek().running
  if (first) await runs.cancel(first.id)
}

async function askBatch(session: Session): Promise<void> {
  const answer = await session.dialogs.askText({ label: t('commands.run.batch'), value: String(session.settings.peek().batch) })
  const batch = Number(answer)
  if (answer !== undefined && Number.isInteger(batch)) session.changeSettings({ batch: Math.min(MAX_BATCH, Math.max(1, batch)) })
}

async function clearQueue(session: Session): Promise<void> {
  const { queuedCount } = session.runs.queue.peek()
  if (await session.dialogs.confirm(t('commands.run.clearQuestion', { count: queuedCount }), t('commands.run.clearQueue'))) await session.runs.cancelWaiting()
}

/** Whether it has made or shown files that can be looked at. */
function hasFiles(session: Session, target?: CanvasTarget): boolean {
  const [document, node] = [session.document.value, chosenNode(session, target)]
  const ui = node && session.runs.shown(document).value?.uiAt([...document.path.value, node.id])
  return ui !== undefined && filesOf(ui).length > 0
}

const autoQueue = (mode: Settings['autoQueue']) => (session: Session) => session.changeSettings({ autoQueue: mode })
const batchBy = (step: number) => ({ settings, changeSettings }: Session) =>
  changeSettings({ batch: Math.min(MAX_BATCH, Math.max(1, settings.peek().batch + step)) })

export const runCommands: readonly Command[] = [
  { id: 'run.queue', title: 'commands.run.queue', keys: ['Ctrl+Enter'], inText: true, run: async ({ runs, document }) => void await runs.run(document.peek()) },
  {
    id: 'run.front', title: 'commands.run.front', keys: ['Ctrl+Shift+Enter'], inText: true,
    run: async ({ runs, document }) => void await runs.run(document.peek(), { front: true }),
  },
  {
    id: 'run.toNode', title: 'commands.run.toNode', menus: ['node'], isEnabled: hasNodes,
    run: async (session, target) => void await session.runs.run(session.document.peek(), { targets: chosenIds(session, target) }),
  },
  {
    id: 'run.cancel', title: 'commands.run.cancel', keys: ['Ctrl+Alt+Enter'], inText: true,
    isEnabled: ({ runs }) => runs.queue.value.running.length > 0, run: cancelRunning,
  },
  { id: 'run.clearQueue', title: 'commands.run.clearQueue', isEnabled: ({ runs }) => runs.queue.value.queuedCount > 0, run: clearQueue },
  { id: 'run.pause', title: 'commands.run.pause', isEnabled: ({ runs }) => !runs.queue.value.isPaused, run: ({ runs }) => runs.pause() },
  { id: 'run.resume', title: 'commands.run.resume', isEnabled: ({ runs }) => runs.queue.value.isPaused, run: ({ runs }) => runs.resume() },
  { id: 'run.batch', title: 'commands.run.batch', run: askBatch },
  { id: 'run.batchMore', title: 'commands.run.batchMore', isEnabled: ({ settings }) => settings.value.batch < MAX_BATCH, run: batchBy(1) },
  { id: 'run.batchLess', title: 'commands.run.batchLess', isEnabled: ({ settings }) => settings.value.batch > 1, run: batchBy(-1) },
  { id: 'run.autoOff', title: 'commands.run.autoOff', isEnabled: ({ settings }) => settings.value.autoQueue !== 'off', run: autoQueue('off') },
  { id: 'run.autoChange', title: 'commands.run.autoChange', isEnabled: ({ settings }) => settings.value.autoQueue !== 'change', run: autoQueue('change') },
  { id: 'run.autoInstant', title: 'commands.run.autoInstant', isEnabled: ({ settings }) => settings.value.autoQueue !== 'instant', run: autoQueue('instant') },
  {
    id: 'node.openMedia', title: 'commands.node.openMedia', menus: ['node'], isEnabled: hasFiles,
    run: (session, target) => void openNodeMedia(session, session.document.peek(), chosenNode(session, target)!.id),
  },
  { id: 'run.refresh', title: 'commands.run.refresh', keys: ['R'], run: (session) => session.refreshDefinitions() },
]
