import { useSignal, type Signal } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { Session } from '../../app/session.ts'
import type { Settings } from '../../app/settings.ts'
import type { Command } from '../../commands/command.ts'
import { pressedKey } from '../../commands/keys.ts'
import { t } from '../../i18n/index.ts'
import { Icon } from '../../shell/icon.tsx'
import { ICONS } from '../../shell/icons.ts'
import { shownKeys } from '../../shell/shown-keys.ts'
import type { PanelProps } from '../panel.ts'
import { wordsFit } from '../words-fit.ts'
import { addKey, removeKey, resetKeys } from './change-keys.ts'
import '../panels.css'
import './keys.css'

const IS_MAC = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? '')

/** Every command with its keys: recorded, taken away, and set back; keys that mean two things are marked. */
export default function KeysPanel({ session }: PanelProps) {
  const search = useSignal('')
  const recording = useSignal<string | undefined>(undefined)
  const { commands, settings } = session
  const conflicts = commands.conflicts.value
  const found = commands.all.value.filter(({ id, title }) => wordsFit(search.value, t(title), id, ...commands.keysOf(id)))
  const isChanged = Object.keys(settings.value.keys).length > 0
  return (
    <div class="panel-part">
      <input class="field" type="search" placeholder={t('panels.keys.search')} aria-label={t('panels.keys.search')} autocomplete="off" spellcheck={false} value={search.value}
        onInput={({ currentTarget }) => { search.value = currentTarget.value }} />
      {conflicts.size > 0 && <p class="value-problem" role="status">{t('panels.keys.conflicts', { keys: [...conflicts.keys()].map((key) => shownKeys([key])).join(', ') })}</p>}
      <div class="panel-buttons"><button type="button" class="button" disabled={!isChanged} onClick={() => session.changeSettings({ keys: {} })}>{t('panels.keys.resetAll')}</button></div>
      {found.length === 0 && <p class="muted">{t('app.nothingFound')}</p>}
      <ul class="panel-list keys-list">{found.map((command) => <Row key={command.id} session={session} command={command} recording={recording} />)}</ul>
    </div>
  )
}

interface RowProps {
  readonly session: Session
  readonly command: Command
  /** The command whose new key is waited for. */
  readonly recording: Signal<string | undefined>
}

function Row({ session, command, recording }: RowProps) {
  const { commands, settings, changeSettings } = session
  const title = t(command.title)
  const change = (keys: Settings['keys']) => changeSettings({ keys })
  const others = (key: string) => (commands.conflicts.value.get(key) ?? []).filter((id) => id !== command.id).map((id) => t(commands.get(id)!.title))
  return (
    <li class="keys-row" data-command={command.id}>
      <span class="keys-title">{title}</span>
      <span class="keys-tools">
        {commands.keysOf(command.id).map((key) => {
          const shared = others(key)
          return (
            <span key={key} class="keys-key" data-conflict={shared.length > 0} title={shared.length > 0 ? t('panels.keys.alsoOf', { commands: shared.join(', ') }) : undefined}>
              <kbd>{shownKeys([key])}</kbd>
              <button type="button" class="button quiet icon-only" aria-label={t('panels.keys.remove', { key, title })} title={t('panels.keys.remove', { key, title })} onClick={() => change(removeKey(settings.peek().keys, command, key))}><Icon path={ICONS.close} size={12} /></button>
            </span>
          )
        })}
        {recording.value === command.id ? <Recorder title={title} done={(key) => {
          recording.value = undefined
          if (key !== undefined) change(addKey(settings.peek().keys, command, key))
        }} /> : <button type="button" class="button quiet icon-only" aria-label={t('panels.keys.record', { title })} title={t('panels.keys.record', { title })} onClick={() => { recording.value = command.id }}><Icon path={ICONS.plus} size={14} /></button>}
        {Object.hasOwn(settings.value.keys, command.id) && (
          <button type="button" class="button quiet icon-only" aria-label={t('panels.keys.reset', { title })} title={t('panels.keys.reset', { title })} onClick={() => change(resetKeys(settings.peek().keys, command))}><Icon path={ICONS.reset} size={14} /></button>
        )}
      </span>
      {commands.keysOf(command.id).flatMap(others).length > 0 && <p class="value-problem keys-conflict">{t('panels.keys.alsoOf', { commands: [...new Set(commands.keysOf(command.id).flatMap(others))].join(', ') })}</p>}
    </li>
  )
}

/** Takes the next key that is pressed; Escape and leaving it take none. */
function Recorder({ title, done }: { readonly title: string; readonly done: (key: string | undefined) => void }) {
  const field = useRef<HTMLButtonElement>(null)
  useLayoutEffect(() => field.current?.focus(), []) // before the next key can be pressed
  return (
    <button ref={field} type="button" class="button keys-recorder" aria-label={t('panels.keys.recording', { title })} onBlur={() => done(undefined)} onKeyDown={(event) => {
      event.preventDefault()
      event.stopPropagation()
      const key = pressedKey(event, IS_MAC)
      if (key !== undefined) done(key === 'Escape' ? undefined : key)
    }}>{t('panels.keys.press')}</button>
  )
}
