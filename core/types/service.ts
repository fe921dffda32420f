/** Something that the host of a run lends to its nodes (a device, the ffmpeg to use), known to both by this value. */
export interface Service<T> {
  readonly id: string
  /** Holds the type; never set. */
  readonly lends?: (value: T) => T
}

/** One service together with what is lent. */
export interface ProvidedService {
  readonly id: string
  readonly value: unknown
}

/** Names a service: `export const DEVICE = defineService<Device>('device')`, then `ctx.use(DEVICE)` in a node. */
export function defineService<T>(id: string): Service<T> {
  return { id }
}

/** Lends a value under a service, for the options of a run. */
export function provide<T>(service: Service<T>, value: T): ProvidedService {
  return { id: service.id, value }
}
