/** docs/server.md says what the schema, the defaults and the tables say. `KINOGRAPH_WRITE_DOCS=1` writes it down again. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { COUNTERS, GAUGES, HISTOGRAMS } from '../operations/metrics-table.ts'
import { defaultConfig } from './defaults.ts'

const root = resolve(import.meta.dirname, '../..')
const page = join(root, 'docs', 'server.md')

interface Setting {
  readonly description?: string
  readonly properties?: Readonly<Record<string, Setting>>
}

const defaults: unknown = { ...defaultConfig('DATA'), plugins: [] }

function settingRows(settings: Readonly<Record<string, Setting>>, given: unknown, within = ''): string[] {
  return Object.entries(settings).flatMap(([name, { description = '', properties }]) => {
    const value: unknown = Object(given)[name]
    if (properties) return settingRows(properties, value, `${within}${name}.`)
    return name === '$schema' ? [] : [`| \`${within}${name}\` | ${shown(value)} | ${description} |`]
  })
}

function shown(value: unknown): string {
  if (value === undefined) return ''
  if (typeof value === 'number' && value >= 10_000) return value.toLocaleString('en')
  const text = typeof value === 'string' ? value.replace(resolve('DATA'), 'DATA').replace(`${resolve('.')}/`, '') : JSON.stringify(value)
  return `\`${text}\``
}

function settingsTable(): string {
  const schema = JSON.parse(readFileSync(join(import.meta.dirname, 'config.schema.json'), 'utf8')) as Setting
  return ['| setting | default | |', '| --- | --- | --- |', ...settingRows(schema.properties ?? {}, defaults)].join('\n')
}

function metricsTable(): string {
  const rows = (kind: string, table: Readonly<Record<string, { readonly help: string; readonly labels?: readonly string[] }>>) =>
    Object.entries(table).map(([name, { help, labels = [] }]) => `| \`${name}\` | ${kind} | ${labels.join(', ')} | ${help} |`)
  return ['| name | kind | labels | |', '| --- | --- | --- | --- |', ...rows('counter', COUNTERS), ...rows('histogram', HISTOGRAMS), ...rows('gauge', GAUGES)].join('\n')
}

function statesDiagram(): string {
  const comment = /\/\*\*([\s\S]*?)\*\//.exec(readFileSync(join(root, 'server', 'job', 'states.ts'), 'utf8'))?.[1] ?? ''
  const lines = comment.split('\n').map((line) => line.replace(/^ \* ?/, '')).filter((line) => /[┌│▼►└]/.test(line))
  return ['```', ...lines.map((line) => line.trimEnd()), '```'].join('\n')
}

function failpointTable(): string {
  const source = readFileSync(join(root, 'server', 'failpoints.ts'), 'utf8')
  const rows = [...source.matchAll(/\/\*\* (.*) \*\/\n\s+\| '([a-z-]+)'/g)].map(([, help, name]) => `| \`${name}\` | ${help} |`)
  return ['| name | where |', '| --- | --- |', ...rows].join('\n')
}

/** The page with a generated part between its two comments. */
function withPart(text: string, name: string, part: string): string {
  const [begin, end] = [`<!-- ${name} -->\n`, `\n<!-- /${name} -->`]
  const from = text.indexOf(begin)
  const to = text.indexOf(end, from)
  expect(from >= 0 && to >= 0, `docs/server.md holds the part "${name}"`).toBe(true)
  return `${text.slice(0, from + begin.length)}${part}${text.slice(to)}`
}

test('docs/server.md has the settings, the metrics, the states and the failpoints of the code', () => {
  const text = readFileSync(page, 'utf8')
  const parts = { settings: settingsTable(), metrics: metricsTable(), states: statesDiagram(), failpoints: failpointTable() }
  const now = Object.entries(parts).reduce((all, [name, part]) => withPart(all, name, part), text)
  if (process.env['KINOGRAPH_WRITE_DOCS'] === '1') writeFileSync(page, now)
  else expect(text, 'run: KINOGRAPH_WRITE_DOCS=1 npx vitest run server/config/docs').toBe(now)
  for (const part of Object.values(parts)) expect(part.split('\n').length).toBeGreaterThan(5)
})
