/** How a value is written by hand. One table (`widgetOf`) derives it from the definition of an input; no node has its own. */
import type { RemoteChoices, UploadKind } from '../../core/types/port.ts'
import type { Json } from '../../core/types/json.ts'

export type Widget =
  | { readonly kind: 'number'; readonly whole: boolean; readonly min?: number; readonly max?: number; readonly step?: number; readonly round?: number; readonly slider: boolean; readonly control: boolean }
  /** A number, or "random". */
  | { readonly kind: 'seed'; readonly min: number; readonly max: number }
  | { readonly kind: 'toggle'; readonly on?: string; readonly off?: string }
  | { readonly kind: 'choice'; readonly choices: readonly string[]; readonly upload?: UploadKind; readonly remote?: RemoteChoices; readonly control: boolean }
  | { readonly kind: 'text'; readonly multiline: boolean; readonly secret: boolean; readonly prompt: boolean; readonly upload?: UploadKind }
  /** Several of these choices. */
  | { readonly kind: 'choices'; readonly choices: readonly string[] }
  /** Anything else that can be written: as JSON. */
  | { readonly kind: 'json' }

export type WidgetKind = Widget['kind']

/** Says what is wrong with a value for a widget, or gives the value as it is to be written. */
export type Parsed = { readonly value: Json } | { readonly problem: string }
