import type { TensorData } from '../graph/dtype.ts'
import type { BuiltModel } from '../graph/graph.ts'
import type { Device, DeviceKind, RunOptions, RunResult, Session, SessionOptions, TensorRef } from './device.ts'
import { DeviceError } from './error.ts'
import type { Feeds, Host } from './host.ts'

type Build = () => BuiltModel | Promise<BuiltModel>

/** A device over its host: keeps how sessions are built, so that one that was put out comes back when it is used. */
export class HostedDevice implements Device {
  readonly kind: DeviceKind
  onSession?: (seconds: number) => void
  readonly #host: Host
  /** Sessions that are being made, so that two who ask at once build once. */
  readonly #making = new Map<string, Promise<void>>()

  constructor(host: Host) {
    this.kind = host.kind
    this.#host = host
  }

  async session(key: string, build: Build, options: SessionOptions = {}): Promise<Session> {
    await this.#ensure(key, build, options)
    return {
      key,
      run: (feeds, runOptions = {}) => this.#run(key, build, options, feeds, runOptions),
      endProfile: () => this.#host.endProfile(key),
    }
  }

  async #run(
    key: string,
    build: Build,
    options: SessionOptions,
    feeds: Feeds,
    runOptions: RunOptions,
  ): Promise<RunResult> {
    for (let attempt = 0; attempt < 3; attempt++) {
      const result = await this.#host.run(key, feeds, runOptions)
      if (result) return result
      await this.#ensure(key, build, options)
    }
    throw new DeviceError({
      problem: `the session "${key}" is put out as fast as it is made`,
      remedy: 'Give the device a larger memory budget.',
    })
  }

  #ensure(key: string, build: Build, options: SessionOptions): Promise<void> {
    const making = this.#making.get(key) ?? this.#make(key, build, options).finally(() => this.#making.delete(key))
    this.#making.set(key, making)
    return making
  }

  async #make(key: string, build: Build, options: SessionOptions): Promise<void> {
    if (await this.#host.has(key)) return
    const start = performance.now()
    const { bytes, externalRoot, prepack, weightBytes } = await build()
    await this.#host.create(key, { bytes, externalRoot, prepack, weightBytes }, options)
    this.onSession?.((performance.now() - start) / 1000)
  }

  store<Name extends string>(tensors: Readonly<Record<Name, TensorData>>): Promise<Record<Name, TensorRef>> {
    return this.#host.store(tensors) as Promise<Record<Name, TensorRef>> // a host gives back the names it was given
  }

  fetch(ref: TensorRef): Promise<TensorData> {
    return this.#host.fetch(ref)
  }

  release(refs: Iterable<TensorRef>): void {
    const numbers = Array.from(refs, ({ ref }) => ref)
    // a closed device has released everything
    if (numbers.length) this.#host.release(numbers).catch(() => undefined)
  }

  memory() {
    return this.#host.memory()
  }

  putOut() {
    return this.#host.putOut()
  }

  close() {
    return this.#host.close()
  }
}
