const LARGEST = 2 ** 24 - 2

/** A prefix tree over byte strings: one open-addressing table of edges, so that 32,000 pieces build in milliseconds. */
export class ByteTrie {
  /** Value of the string that ends at a node, or -1. */
  readonly #values: Int32Array
  /** Edge table: (node << 8 | byte) + 1 → node reached; 0 marks a free place. */
  readonly #edges: Uint32Array
  readonly #targets: Int32Array
  readonly #mask: number
  #nodes = 1

  /**
   * @param totalBytes upper bound on the summed length of the strings that will be added.
   * @throws RangeError beyond 16 MiB: an edge's key is the node in 24 bits and the byte in 8.
   */
  constructor(totalBytes: number) {
    if (totalBytes > LARGEST) throw new RangeError(`a byte trie holds ${LARGEST} bytes, asked for ${totalBytes}`)
    const capacity = 2 ** Math.ceil(Math.log2(Math.max(16, totalBytes * 1.6)))
    this.#values = new Int32Array(totalBytes + 1).fill(-1)
    this.#edges = new Uint32Array(capacity)
    this.#targets = new Int32Array(capacity)
    this.#mask = capacity - 1
  }

  /** Add a string; false when it is already there (its first value stays). */
  add(bytes: Uint8Array, value: number): boolean {
    let node = 0
    for (let i = 0; i < bytes.length; i++) {
      const slot = this.#slot(node, bytes[i]!)
      if (this.#edges[slot] === 0) {
        this.#edges[slot] = node * 256 + bytes[i]! + 1
        this.#targets[slot] = this.#nodes++
      }
      node = this.#targets[slot]!
    }
    if (this.#values[node] !== -1) return false
    this.#values[node] = value
    return true
  }

  /** The node reached from `node` by `byte`, or -1. The root is node 0. */
  step(node: number, byte: number): number {
    const slot = this.#slot(node, byte)
    return this.#edges[slot] === 0 ? -1 : this.#targets[slot]!
  }

  /** The value of the string that ends at `node`, or -1. */
  valueAt(node: number): number {
    return this.#values[node]!
  }

  /** The value of exactly `bytes[from, to)`, or -1. */
  get(bytes: Uint8Array, from = 0, to = bytes.length): number {
    let node = 0
    for (let i = from; i < to; i++) {
      node = this.step(node, bytes[i]!)
      if (node < 0) return -1
    }
    return this.valueAt(node)
  }

  /** Length of the longest added string that `bytes` has at `from`, or 0. */
  longestAt(bytes: Uint8Array, from: number): number {
    let node = 0
    let longest = 0
    for (let i = from; i < bytes.length; i++) {
      node = this.step(node, bytes[i]!)
      if (node < 0) break
      if (this.#values[node] !== -1) longest = i + 1 - from
    }
    return longest
  }

  #slot(node: number, byte: number): number {
    const key = node * 256 + byte + 1
    let slot = (Math.imul(node, 0x9e3779b1) ^ Math.imul(byte, 0x85ebca6b)) >>> 0
    slot = (slot ^ (slot >>> 15)) & this.#mask
    while (this.#edges[slot] !== 0 && this.#edges[slot] !== key) slot = (slot + 1) & this.#mask
    return slot
  }
}
