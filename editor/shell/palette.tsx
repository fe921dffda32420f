import { useMemo, useState } from 'preact/hooks'
import type { Session } from '../app/session.ts'
import type { Command } from '../commands/command.ts'
import { t } from '../i18n/index.ts'
import { filterChoices } from '../widgets/filter-choices.ts'
import type { DialogProps } from './dialogs.ts'
import { SearchBox } from './search-box.tsx'
import { shownKeys } from './shown-keys.ts'

export interface PaletteProps extends DialogProps<undefined> {
  readonly session: Session
}

/** Every command by its name. */
export function Palette({ session, close }: PaletteProps) {
  const [text, setText] = useState('')
  const byTitle = useMemo(() => new Map(session.commands.all.value.map((command) => [t(command.title), command])), [session])
  const found = filterChoices([...byTitle.keys()], text).map((title) => byTitle.get(title)!)
  const isDisabled = (command: Command) => command.isEnabled?.(session) === false
  return (
    <div class="search-box palette">
      <SearchBox label={t('app.searchCommands')} text={text} setText={setText} found={found} keyOf={({ id }) => id} isDisabled={isDisabled}
        choose={({ id }) => {
          close()
          void session.commands.run(id)
        }}
        row={({ id, title }) => (
          <>
            <span class="search-name">{t(title)}</span>
            {session.commands.keysOf(id).length > 0 && <kbd>{shownKeys(session.commands.keysOf(id))}</kbd>}
          </>
        )} />
    </div>
  )
}
