/** Settings: kept in this browser, so that they are there at once, and on the server, so that other browsers have them. */
import { effect, signal, type ReadonlySignal } from '@preact/signals'
import { KinographError, type Json, type KinographClient } from '../../server/client/index.ts'
import { parseSettings } from './parse-settings.ts'
import { DEFAULT_SETTINGS, type Settings } from './settings.ts'

const KEY = 'editor'
const LOCAL = 'kinograph.settings'
/** Milliseconds from a change to its being sent. */
const DELAY = 500

/** Settings as they are kept: which are newer, those here or those there? */
interface KeptSettings {
  readonly changed: number
  readonly settings: Settings
}

export interface SettingsStore {
  readonly settings: ReadonlySignal<Settings>
  change(changes: Partial<Settings>): void
  /** Takes what the server has, when that is newer. */
  load(): Promise<void>
}

/** @param languages what the browser prefers, at a first visit */
export function createSettingsStore(client: KinographClient, local: Pick<globalThis.Storage, 'getItem' | 'setItem'>, languages: readonly string[]): SettingsStore {
  let kept = read(local.getItem(LOCAL)) ?? { changed: 0, settings: { ...DEFAULT_SETTINGS, language: languageOf(languages) } }
  const settings = signal(kept.settings)
  let timer: ReturnType<typeof setTimeout> | undefined
  const keep = (next: KeptSettings) => {
    kept = next
    settings.value = next.settings
    local.setItem(LOCAL, JSON.stringify(next))
  }
  // A server that is away, or that does not let this token write, leaves them in this browser.
  const send = () => void client.call('PUT /preferences/{key}', { params: { key: KEY }, body: kept as unknown as Json }).catch(() => {}) // settings are JSON
  return {
    settings,
    change: (changes) => {
      keep({ changed: Date.now(), settings: { ...kept.settings, ...changes } })
      clearTimeout(timer)
      timer = setTimeout(send, DELAY)
    },
    load: async () => {
      try {
        const { keys } = await client.call('GET /preferences', {})
        const theirs = keys.includes(KEY) ? parseKept(await client.call('GET /preferences/{key}', { params: { key: KEY } })) : undefined
        if (theirs && theirs.changed > kept.changed) keep(theirs)
        else if ((theirs?.changed ?? 0) < kept.changed) send()
      } catch (error) {
        if (!(error instanceof KinographError)) throw error // away: those of this browser do
      }
    },
  }
}

/** Does something with the settings now and whenever they have changed. */
export function onSettings(store: Pick<SettingsStore, 'settings'>, apply: (settings: Settings) => void): () => void {
  return effect(() => apply(store.settings.value))
}

/** The first language that we have. */
export function languageOf(languages: readonly string[]): Settings['language'] {
  const known = languages.map((one) => one.toLowerCase().split('-')[0]).find((one) => one === 'en' || one === 'zh')
  return known === 'zh' ? 'zh' : 'en'
}

function read(text: string | null): KeptSettings | undefined {
  try {
    return text === null ? undefined : parseKept(JSON.parse(text))
  } catch {
    return undefined // somebody else's text
  }
}

function parseKept(value: unknown): KeptSettings | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { changed, settings } = value as { readonly changed?: unknown; readonly settings?: unknown } // looked at right here
  return typeof changed === 'number' ? { changed, settings: parseSettings(settings) } : undefined
}
