/** What a person chose, kept on the server (preference `editor`) and in this browser. */
export interface Settings {
  readonly language: 'en' | 'zh'
  readonly theme: 'light' | 'dark' | 'system'
  readonly snap: boolean
  /** Graph units. */
  readonly grid: number
  readonly links: 'curved' | 'straight' | 'linear'
  readonly minimap: boolean
  /** Whether the properties of what is selected stand beside the graph. */
  readonly properties: boolean
  /** Whether pictures of running samplers are asked for. */
  readonly previews: boolean
  readonly autosave: boolean
  /** How often a run is queued by one press. */
  readonly batch: number
  /** Queue again: never, when the workflow changed, or as soon as one has ended. */
  readonly autoQueue: 'off' | 'change' | 'instant'
  /** Keys by command id, where they are not the default; an empty list takes them all away. */
  readonly keys: Readonly<Record<string, readonly string[]>>
}

export const DEFAULT_SETTINGS: Settings = {
  language: 'en', theme: 'system', snap: false, grid: 20, links: 'curved', minimap: true, properties: false, previews: true, autosave: true,
  batch: 1, autoQueue: 'off', keys: {},
}
