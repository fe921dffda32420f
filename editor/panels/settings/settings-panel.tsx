import { useId } from 'preact/hooks'
import { DEFAULT_SETTINGS, type Settings } from '../../app/settings.ts'
import type { Session } from '../../app/session.ts'
import { t } from '../../i18n/index.ts'
import { ValueEditor } from '../../widgets/value-editor.tsx'
import type { PanelProps } from '../panel.ts'
import { SETTING_GROUPS, wordsOf, type SettingRow } from './rows.ts'
import '../panels.css'
import './settings.css'

/** Every setting with what it means. Each is taken at once. */
export default function SettingsPanel({ session }: PanelProps) {
  return (
    <div class="panel-part">
      {SETTING_GROUPS.map(({ title, rows }) => (
        <section key={title} class="settings-group">
          <h3>{t(title)}</h3>
          {rows.map((row) => <Row key={row.name} session={session} row={row} />)}
        </section>
      ))}
      <div class="panel-buttons">
        <button type="button" class="button" onClick={() => { session.panel.value = 'keys' }}>{t('commands.panel.keys')}</button>
        <button type="button" class="button" onClick={() => {
          const { keys: _keys, ...rest } = DEFAULT_SETTINGS
          session.changeSettings(rest)
        }}>{t('panels.settings.reset')}</button>
      </div>
      <p class="muted">{t('panels.settings.kept')}</p>
    </div>
  )
}

function Row({ session, row }: { readonly session: Session; readonly row: SettingRow }) {
  const id = useId()
  const words = wordsOf(row.name)
  return (
    <div class="settings-row" data-setting={row.name} data-kind={row.kind}>
      <label for={id}>{t(words.label)}</label>
      <Control session={session} row={row} id={id} label={t(words.label)} />
      <p id={`${id}-about`} class="muted">{t(words.about)}</p>
    </div>
  )
}

interface ControlProps {
  readonly session: Session
  readonly row: SettingRow
  readonly id: string
  readonly label: string
}

function Control({ session, row, id, label }: ControlProps) {
  const value = session.settings.value[row.name]
  // Each row's kind is that of its setting (rows.ts).
  const change = (next: unknown) => session.changeSettings({ [row.name]: next } as Partial<Settings>)
  const describedBy = `${id}-about`
  if (row.kind === 'choice') {
    return (
      <select id={id} class="field" aria-describedby={describedBy} value={String(value)} onChange={({ currentTarget }) => change(currentTarget.value)}>
        {row.choices.map((one) => <option key={one.value} value={one.value}>{t(one.label)}</option>)}
      </select>
    )
  }
  const widget = row.kind === 'switch' ? { kind: 'toggle' } as const
    : { kind: 'number', whole: true, min: row.min, max: row.max, slider: false, control: false } as const
  return <ValueEditor session={session} widget={widget} label={label} id={id} describedBy={describedBy} value={value as boolean | number} look="field" commit={change} />
}
