import { fits, type SocketType } from '../types/socket.ts'

interface Socket {
  readonly name: string
  readonly socket: SocketType
}

/**
 * The input that a bypassed node passes on as one of its outputs: the one at the same place where its type fits, else
 * the first whose type fits. `undefined` where none does: what reads that output then gets nothing.
 */
export function bypassedInput(inputs: readonly Socket[], outputs: readonly Socket[], slot: number): string | undefined {
  const output = outputs[slot]
  if (output === undefined) return undefined
  const same = inputs[slot]
  if (same && fits(same.socket, output.socket)) return same.name
  return inputs.find(({ socket }) => fits(socket, output.socket))?.name
}
