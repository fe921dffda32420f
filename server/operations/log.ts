/** The log: JSON lines on stderr, by pino. No secrets in it, and no prompts unless the person wants them. */
import { pino } from 'pino'
import type { DestinationStream } from 'pino'
import { Redactor, secretVariables } from '../../core/workflow/redact.ts'
import { logText } from '../../core/workflow/workflow-error.ts'
import type { ServerConfig } from '../config/config.ts'
import type { Log } from '../services.ts'

export interface ServerLog extends Log {
  debug(fields: object, message: string): void
  /** Writes what waits; for the moment before the process ends. */
  flush(): void
}

export interface LogOptions extends Pick<ServerConfig, 'logLevel' | 'logPrompts'> {
  /** Never to be written, wherever they come up. */
  readonly secrets?: readonly string[]
  /** stderr when left out. */
  readonly to?: DestinationStream & { flushSync?(): void }
}

/** Lines that wait while nobody reads stderr, in bytes: later ones are dropped, since memory ends and the server must not stand still. */
const MOST_WAITING = 4_000_000

/** What people write stands in quotes wherever a message repeats it. */
const QUOTED = /"(?:[^"\\]|\\.)*"/g

/** Opens the log. An `error` among the fields is written with its stack and its causes. */
export function openLog({ logLevel, logPrompts, secrets = [], to }: LogOptions): ServerLog {
  const destination = to ?? pino.destination({ fd: 2, sync: false, maxLength: MOST_WAITING })
  const options = { level: logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (label: string) => ({ level: label }) } }
  const lines = pino(options, destination)
  const redactor = new Redactor([...secrets, ...secretVariables(process.env)])
  const discreet = (text: string) => redactor.text(logPrompts ? text : withoutQuotes(text))
  const write = (level: 'debug' | 'info' | 'warn' | 'error') => (fields: object, message: string) => {
    if (!lines.isLevelEnabled(level)) return
    lines[level](redactor.data(asData(fields, discreet)), redactor.text(message))
  }
  return {
    debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error'),
    flush: () => destination.flushSync?.(),
  }
}

/** A message without what somebody wrote: that may be a prompt. */
export function withoutQuotes(text: string): string {
  return text.replace(QUOTED, '"…"')
}

/** Fields as plain data: errors become their texts, of problems only what is no person's text. */
function asData(fields: object, discreet: (text: string) => string): object {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, plain(name, value, discreet)]))
}

function plain(name: string, value: unknown, discreet: (text: string) => string): unknown {
  if (value instanceof Error) return discreet(logText(value))
  if (name === 'error' && typeof value === 'string') return discreet(value)
  if (typeof value === 'object' && value !== null && 'problem' in value && 'code' in value) return problemData(value, discreet)
  return value
}

/** A Problem by its code, its node and its text. */
function problemData(value: { readonly code: unknown; readonly problem: unknown; readonly node?: unknown; readonly input?: unknown }, discreet: (text: string) => string): object {
  const { code, node, input, problem } = value
  const id = typeof node === 'object' && node !== null && 'id' in node && 'type' in node ? { id: node.id, type: node.type } : undefined
  return { code, ...(id && { node: id }), ...(input !== undefined && { input }), problem: discreet(String(problem)) }
}
