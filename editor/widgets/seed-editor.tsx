import { RANDOM_SEED } from '../../core/types/literal.ts'
import { t } from '../i18n/index.ts'
import { Icon } from '../shell/icon.tsx'
import { ICONS } from '../shell/icons.ts'
import { drawSeed } from './draw-seed.ts'
import { LineField } from './line-field.tsx'
import { useDraft } from './use-draft.ts'
import type { ValueEditorProps } from './value-editor.tsx'
import { stepped } from './values.ts'
import type { Widget } from './widget.ts'

/** A seed: a number, a new one for each run, one drawn now, or the one that the last run had. */
export function SeedEditor({ session: _session, widget, value, commit, lastSeed, label, ...rest }: ValueEditorProps<Extract<Widget, { readonly kind: 'seed' }>>) {
  const draft = useDraft(widget, value, commit)
  const isRandom = value === RANDOM_SEED
  const take = (seed: number | typeof RANDOM_SEED) => {
    draft.drop()
    commit(seed)
  }
  const last = lastSeed === undefined ? t('widgets.noLastSeed') : t('widgets.lastSeed', { seed: lastSeed })
  return (
    <LineField {...rest} label={label} draft={draft} inputMode="text" step={(steps) => { if (!isRandom) commit(stepped(widget, value, steps)) }}>
      <button type="button" class="button icon-only" aria-pressed={isRandom} aria-label={t('widgets.randomEach')} title={t('widgets.randomEach')}
        onClick={() => take(isRandom ? lastSeed ?? drawSeed(widget) : RANDOM_SEED)}>
        <Icon path={ICONS.repeat} size={16} />
      </button>
      <button type="button" class="button icon-only" aria-label={t('widgets.drawSeed')} title={t('widgets.drawSeed')} onClick={() => take(drawSeed(widget))}>
        <Icon path={ICONS.dice} size={16} />
      </button>
      <button type="button" class="button icon-only" disabled={lastSeed === undefined} aria-label={last} title={last} onClick={() => { if (lastSeed !== undefined) take(lastSeed) }}>
        <Icon path={ICONS.history} size={16} />
      </button>
    </LineField>
  )
}
