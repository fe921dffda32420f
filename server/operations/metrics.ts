/**
 * Counts and times for Prometheus. prom-client is loaded when somebody asks for them, or when much has gathered: until
 * then counts are summed up and times are kept here, so that a server starts without it.
 */
import type { Registry } from 'prom-client'
import type { Metrics } from '../services.ts'
import { COUNTERS, GAUGES, HISTOGRAMS } from './metrics-table.ts'
import type { CounterName, GaugeName, HistogramName, Labels } from './metrics-table.ts'

/** A gauge's values by labels, looked up when they are wanted. */
export type Reading = readonly { readonly name: GaugeName; readonly value: number; readonly labels?: Labels }[]

interface Sink {
  readonly registry: Registry
  count(name: CounterName, labels: Labels, by: number): void
  observe(name: HistogramName, value: number, labels: Labels): void
  set(readings: Reading): void
}

/** Times that are kept before prom-client takes over. */
const MOST_KEPT = 5000

export class ServerMetrics implements Metrics {
  readonly #counted = new Map<string, { readonly name: CounterName; readonly labels: Labels; by: number }>()
  #observed: { readonly name: HistogramName; readonly value: number; readonly labels: Labels }[] = []
  #read: () => Promise<Reading> = async () => []
  #sink: Sink | undefined
  #opening: Promise<Sink> | undefined

  /** Where gauges come from. */
  readFrom(read: () => Promise<Reading>): void {
    this.#read = read
  }

  count(name: CounterName, labels: Labels = {}, by = 1): void {
    if (this.#sink) return this.#sink.count(name, labels, by)
    const key = [name, ...Object.values(labels)].join('\n')
    const sum = this.#counted.get(key)
    if (sum) sum.by += by
    else this.#counted.set(key, { name, labels, by })
  }

  observe(name: HistogramName, value: number, labels: Labels = {}): void {
    if (this.#sink) return this.#sink.observe(name, value, labels)
    this.#observed.push({ name, value, labels })
    if (this.#observed.length === MOST_KEPT) void this.#open()
  }

  /** In Prometheus' text format. */
  async text(): Promise<string> {
    const [sink, readings] = await Promise.all([this.#open(), this.#read()])
    sink.set(readings)
    return sink.registry.metrics()
  }

  #open(): Promise<Sink> {
    return this.#opening ??= openSink().then((sink) => {
      for (const { name, labels, by } of this.#counted.values()) sink.count(name, labels, by)
      for (const { name, value, labels } of this.#observed) sink.observe(name, value, labels)
      this.#counted.clear()
      this.#observed = []
      return this.#sink = sink
    })
  }
}

async function openSink(): Promise<Sink> {
  // Of a bundled CommonJS package there is only the default export.
  const { default: { Counter, Gauge, Histogram, Registry } } = await import('prom-client')
  const registry = new Registry()
  const all = <N extends string, T>(table: Readonly<Record<N, object>>, make: (options: Described) => T) =>
    new Map(Object.entries(table).map(([name, described]) => [name, make({ ...described as Described, name, registers: [registry] })]))
  const counters = all(COUNTERS, ({ labels = [], ...options }) => new Counter({ ...options, labelNames: [...labels] }))
  const gauges = all(GAUGES, ({ labels = [], ...options }) => new Gauge({ ...options, labelNames: [...labels] }))
  const histograms = all(HISTOGRAMS, ({ labels = [], buckets = [], ...options }) => new Histogram({ ...options, labelNames: [...labels], buckets: [...buckets] }))
  return {
    registry,
    count: (name, labels, by) => counters.get(name)?.inc(labels, by),
    observe: (name, value, labels) => histograms.get(name)?.observe(labels, value),
    set: (readings) => {
      for (const gauge of gauges.values()) gauge.reset()
      for (const { name, value, labels = {} } of readings) gauges.get(name)?.set(labels, value)
    },
  }
}

interface Described {
  readonly name: string
  readonly help: string
  readonly labels?: readonly string[]
  readonly buckets?: readonly number[]
  readonly registers: Registry[]
}
