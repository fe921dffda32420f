/** What is seen: views, panels, zoom, themes, languages. */
import type { Session, ViewName } from '../app/session.ts'
import type { Settings } from '../app/settings.ts'
import { t, type TextKey } from '../i18n/index.ts'
import { openPalette } from '../shell/open-palette.ts'
import { chosenIds, isGraph } from './chosen.ts'
import type { Command } from './command.ts'
import { goToRegion } from './regions.ts'

const ZOOM = 1.1

const show = (name: ViewName) => ({ view }: Session) => void (view.value = name)

/** Opens a panel, or closes it when it is the one that is open. */
const toggle = (id: string) => ({ panel, focusMode }: Session) => {
  focusMode.value = false
  panel.value = panel.peek() === id ? undefined : id
}

function panel(id: string, title: TextKey, keys: readonly string[]): Command {
  return { id: `panel.${id}`, title, keys, run: toggle(id) }
}

/** A setting that has this value from now on. */
function choose(id: string, title: TextKey, changes: Partial<Settings>): Command {
  const isChosen = ({ settings }: Session) => Object.entries(changes).every(([name, value]) => Reflect.get(settings.value, name) === value)
  return { id, title, isEnabled: (session) => !isChosen(session), run: ({ changeSettings }) => changeSettings(changes) }
}

type Switch = { [K in keyof Settings]: Settings[K] extends boolean ? K : never }[keyof Settings]

const turn = (name: Switch) => ({ settings, changeSettings }: Session) => changeSettings({ [name]: !settings.peek()[name] })

function fit(session: Session): void {
  const ids = chosenIds(session)
  session.canvas.peek()?.fit(ids.length > 0 ? ids : undefined)
}

async function askGrid({ dialogs, settings, changeSettings }: Session): Promise<void> {
  const grid = Number(await dialogs.askText({ label: t('commands.view.grid'), value: String(settings.peek().grid) }) ?? NaN)
  if (grid >= 1 && grid <= 500) changeSettings({ grid })
}

export const viewCommands: readonly Command[] = [
  { id: 'view.fit', title: 'commands.view.fit', keys: ['.'], isEnabled: isGraph, run: fit },
  { id: 'view.fitAll', title: 'commands.view.fitAll', keys: ['Shift+Home'], where: 'canvas', isEnabled: isGraph, run: ({ canvas }) => canvas.peek()?.fit() },
  { id: 'view.zoomIn', title: 'commands.view.zoomIn', keys: ['Alt++', 'Alt+='], isEnabled: isGraph, run: ({ canvas }) => canvas.peek()?.zoom(ZOOM) },
  { id: 'view.zoomOut', title: 'commands.view.zoomOut', keys: ['Alt+-'], isEnabled: isGraph, run: ({ canvas }) => canvas.peek()?.zoom(1 / ZOOM) },
  {
    id: 'view.zoomReset', title: 'commands.view.zoomReset', keys: ['Alt+0'], isEnabled: isGraph,
    run: ({ canvas }) => canvas.peek()?.zoom(1 / canvas.peek()!.view.scale),
  },
  { id: 'view.graph', title: 'commands.view.graph', keys: ['Alt+1'], inText: true, isEnabled: ({ view }) => view.value !== 'graph', run: show('graph') },
  { id: 'view.form', title: 'commands.view.form', keys: ['Alt+2'], inText: true, isEnabled: ({ view }) => view.value !== 'form', run: show('form') },
  { id: 'view.list', title: 'commands.view.list', keys: ['Alt+3'], inText: true, isEnabled: ({ view }) => view.value !== 'list', run: show('list') },
  { id: 'view.palette', title: 'commands.view.palette', keys: ['Ctrl+K'], inText: true, run: (session) => openPalette(session) },
  { id: 'view.nextRegion', title: 'commands.view.nextRegion', keys: ['F6'], inText: true, run: () => goToRegion(1) },
  { id: 'view.previousRegion', title: 'commands.view.previousRegion', keys: ['Shift+F6'], inText: true, run: () => goToRegion(-1) },
  { id: 'view.focus', title: 'commands.view.focus', keys: ['F'], run: ({ focusMode }) => void (focusMode.value = !focusMode.peek()) },
  panel('nodes', 'commands.panel.nodes', ['N']),
  panel('queue', 'commands.panel.queue', ['Q']),
  panel('history', 'commands.panel.history', ['Shift+H']),
  panel('workflows', 'commands.panel.workflows', ['W']),
  panel('models', 'commands.panel.models', ['M']),
  panel('gallery', 'commands.panel.gallery', ['G']),
  panel('templates', 'commands.panel.templates', ['T']),
  panel('help', 'commands.panel.help', ['H']),
  panel('settings', 'commands.panel.settings', ['Ctrl+,']),
  panel('keys', 'commands.panel.keys', ['?']),
  { id: 'panel.close', title: 'commands.panel.close', isEnabled: ({ panel: open }) => open.value !== undefined, run: ({ panel: open }) => void (open.value = undefined) },
  { id: 'view.minimap', title: 'commands.view.minimap', keys: ['Alt+M'], run: turn('minimap') },
  { id: 'view.properties', title: 'commands.view.properties', keys: ['Alt+P'], menus: ['node'], run: turn('properties') },
  { id: 'view.snap', title: 'commands.view.snap', run: turn('snap') },
  { id: 'view.grid', title: 'commands.view.grid', run: askGrid },
  { id: 'view.previews', title: 'commands.view.previews', run: turn('previews') },
  choose('view.linksCurved', 'commands.view.linksCurved', { links: 'curved' }),
  choose('view.linksStraight', 'commands.view.linksStraight', { links: 'straight' }),
  choose('view.linksLinear', 'commands.view.linksLinear', { links: 'linear' }),
  choose('view.themeLight', 'commands.view.themeLight', { theme: 'light' }),
  choose('view.themeDark', 'commands.view.themeDark', { theme: 'dark' }),
  choose('view.themeSystem', 'commands.view.themeSystem', { theme: 'system' }),
  choose('view.english', 'commands.view.english', { language: 'en' }),
  choose('view.chinese', 'commands.view.chinese', { language: 'zh' }),
]
