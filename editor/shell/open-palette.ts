/** The list of all commands, to find one by its name. */
import type { Session } from '../app/session.ts'
import { t } from '../i18n/index.ts'
import type { PaletteProps } from './palette.tsx'

/** Opens it. Resolves when it is closed. */
export async function openPalette(session: Session): Promise<void> {
  const { Palette } = await import('./palette.tsx')
  await session.dialogs.popup<undefined, PaletteProps>(Palette, { session }, t('app.palette'))
}
