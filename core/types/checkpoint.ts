import type { NodePlace } from './node-type.ts'

/**
 * Where a node that takes long keeps how far it has come, so that it goes on from there when its job was interrupted. What
 * is kept belongs to exactly this work: a node with another input, seed or version never gets it. Where the run keeps
 * nothing, `load` gives nothing, and nothing is ever `due`.
 */
export interface Checkpoint {
  /** What an earlier attempt at the very same work saved last; `undefined`: begin at the beginning. */
  load(): Promise<Uint8Array | undefined>
  /** Whether it is time to save. Ask after every step. @param step how many steps are done */
  due(step: number): boolean
  /**
   * Saves. `bytes` is called at once; go on when the promise resolves, the file is written meanwhile. Where the run is to be
   * suspended it resolves when everything is on the disk, and the node's signal is aborted then.
   */
  save(bytes: () => Uint8Array): Promise<void>
}

/** A checkpoint as the engine hands it to a node. */
export interface OpenCheckpoint extends Checkpoint {
  /** The node has returned, or failed. */
  close(): void
}

/** What a checkpoint is opened for. */
export interface CheckpointOwner {
  /** The key of the node's result: of everything that it depends on. */
  readonly key: string
  readonly place: NodePlace
  /** Tells the person. */
  warn(message: string): void
}

/** Keeps the checkpoints of a run. */
export interface CheckpointKeeper {
  open(owner: CheckpointOwner): OpenCheckpoint
}

/** Keeps nothing. */
export const NO_CHECKPOINT: OpenCheckpoint = {
  load: () => Promise.resolve(undefined),
  due: () => false,
  save: () => Promise.resolve(),
  close: () => {},
}
