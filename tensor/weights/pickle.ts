import type { Fail } from './error.ts'
import { PickleStream } from './pickle-stream.ts'

/** What a pickle may hold here. `Pickled` trees may share parts and even contain themselves. */
export type Pickled =
  null | boolean | number | bigint | string | Buffer | PickledList | PickledDict | PickledGlobal | PickledObject

/** A list or a tuple. */
export class PickledList {
  readonly items: Pickled[]
  constructor(items: Pickled[] = []) {
    this.items = items
  }
}
/** A dict or an OrderedDict, keys as they were pickled. */
export class PickledDict {
  readonly items = new Map<Pickled, Pickled>()
}
/** A name that the pickle refers to: nothing is imported, it is compared with the list of those allowed. */
export class PickledGlobal {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}
/** What the rules gave for a call or a persistent id: opaque to the reader. */
export interface PickledObject {
  readonly made: string
}

/** What the reader's owner decides: which globals are known, what calls give, what a persistent id stands for. */
export interface PickleRules {
  /** Full names (`torch._utils._rebuild_tensor_v2`). Any other is refused by name, before anything else happens. */
  readonly globals: ReadonlySet<string>
  readonly call: (name: string, args: readonly Pickled[]) => Pickled
  readonly persistent: (id: Pickled) => Pickled
}

const MAX_STACK = 4_000_000
const MAX_MEMO = 16_000_000
const MARK = Symbol('mark')

/**
 * Reads a pickle (protocols 2 to 5) as plain data. It is a reader, not an unpickler: an opcode that would build an
 * object of a class is refused, and a call only reaches `rules.call` for a name in `rules.globals`. Work is bounded by
 * the length of `bytes`. Throws `fail`'s error, which names the opcode or global.
 */
export function readPickle(bytes: Buffer, rules: PickleRules, fail: Fail): Pickled {
  const machine = new Machine(new PickleStream(bytes, fail), rules, fail)
  return machine.run()
}

class Machine {
  readonly stream: PickleStream
  readonly rules: PickleRules
  readonly fail: Fail
  readonly stack: (Pickled | typeof MARK)[] = []
  readonly memo = new Map<number, Pickled>()

  constructor(stream: PickleStream, rules: PickleRules, fail: Fail) {
    this.stream = stream
    this.rules = rules
    this.fail = fail
  }

  run(): Pickled {
    for (;;) {
      const code = this.stream.u8()
      if (code === STOP) return this.pop()
      const operation = OPERATIONS[code]
      if (!operation) throw this.refused(`holds the opcode 0x${code.toString(16)}, which tensors never need`)
      operation(this, this.stream)
    }
  }

  push(value: Pickled | typeof MARK): void {
    if (this.stack.push(value) > MAX_STACK) throw this.fail(`the pickle keeps more than ${MAX_STACK} values at once`)
  }

  pop(): Pickled {
    const value = this.stack.pop()
    if (value === undefined || value === MARK) throw this.broken('takes a value where none is')
    return value
  }

  top(): Pickled {
    const value = this.pop()
    this.stack.push(value)
    return value
  }

  /** Everything above the last mark, which goes too. */
  popToMark(): Pickled[] {
    const at = this.stack.lastIndexOf(MARK)
    if (at < 0) throw this.broken('lacks a mark')
    const items = this.stack.splice(at)
    items.shift()
    return items.filter((item) => item !== MARK)     // none is left: `at` was the last one
  }

  remember(index: number): void {
    this.memo.set(index, this.top())
    if (this.memo.size > MAX_MEMO) throw this.fail(`the pickle remembers more than ${MAX_MEMO} values`)
  }

  recall(index: number): void {
    const value = this.memo.get(index)
    if (value === undefined) throw this.broken(`recalls value ${index}, which it never stored`)
    this.push(value)
  }

  global(name: string): void {
    if (!this.rules.globals.has(name)) {
      throw this.refused(`asks for ${JSON.stringify(name)}, which tensors never need: nothing was run`)
    }
    this.push(new PickledGlobal(name))
  }

  call(): void {
    const args = this.pop()
    const callee = this.pop()
    if (!(callee instanceof PickledGlobal) || !(args instanceof PickledList)) {
      throw this.broken('calls something that is no function')
    }
    this.push(this.rules.call(callee.name, args.items))
  }

  setItems(pairs: readonly Pickled[]): void {
    const dict = this.top()
    if (!(dict instanceof PickledDict) || pairs.length % 2) throw this.broken('fills something that is no dict')
    for (let i = 0; i < pairs.length; i += 2) dict.items.set(pairs[i]!, pairs[i + 1]!)
  }

  append(items: readonly Pickled[]): void {
    const list = this.top()
    if (!(list instanceof PickledList)) throw this.broken('appends to something that is no list')
    for (const item of items) list.items.push(item)
  }

  /** Attributes of an object (a state dict's `_metadata`): read and dropped. */
  dropState(): void {
    this.pop()
    if (!(this.top() instanceof PickledDict)) throw this.refused('sets the state of an object that is no dict')
  }

  broken(what: string) {
    return this.fail(`the pickle is damaged: it ${what}`)
  }

  refused(what: string) {
    return this.fail(`the pickle ${what}`, {
      remedy: 'Only tensors are read from such files: save the state dict alone, or as .safetensors.',
    })
  }
}

const STOP = 0x2e

type Operation = (machine: Machine, stream: PickleStream) => void

const tuple = (size: number): Operation => (m) => {
  const items = Array.from({ length: size }, () => m.pop())
  m.push(new PickledList(items.reverse()))
}

/** Opcodes by their byte (CPython: Lib/pickle.py names them). What is not here is refused. */
const OPERATIONS: Readonly<Record<number, Operation>> = {
  0x80: (_, s) => s.protocol(),                             // PROTO
  0x95: (_, s) => s.skip(8),                                // FRAME: a hint on buffering
  0x28: (m) => m.push(MARK),                                // MARK
  0x30: (m) => void m.stack.pop(),                          // POP
  0x31: (m) => void m.popToMark(),                          // POP_MARK
  0x4e: (m) => m.push(null),                                // NONE
  0x88: (m) => m.push(true),                                // NEWTRUE
  0x89: (m) => m.push(false),                               // NEWFALSE
  0x4a: (m, s) => m.push(s.i32()),                          // BININT
  0x4b: (m, s) => m.push(s.u8()),                           // BININT1
  0x4d: (m, s) => m.push(s.u16()),                          // BININT2
  0x8a: (m, s) => m.push(s.long(s.u8())),                   // LONG1
  0x8b: (m, s) => m.push(s.long(s.i32())),                  // LONG4
  0x47: (m, s) => m.push(s.f64()),                          // BINFLOAT
  0x58: (m, s) => m.push(s.text(s.u32())),                  // BINUNICODE
  0x8c: (m, s) => m.push(s.text(s.u8())),                   // SHORT_BINUNICODE
  0x8d: (m, s) => m.push(s.text(s.u64())),                  // BINUNICODE8
  0x54: (m, s) => m.push(s.text(s.i32())),                  // BINSTRING
  0x55: (m, s) => m.push(s.text(s.u8())),                   // SHORT_BINSTRING
  0x42: (m, s) => m.push(s.bytes(s.u32())),                 // BINBYTES
  0x43: (m, s) => m.push(s.bytes(s.u8())),                  // SHORT_BINBYTES
  0x29: tuple(0),                                           // EMPTY_TUPLE
  0x85: tuple(1),                                           // TUPLE1
  0x86: tuple(2),                                           // TUPLE2
  0x87: tuple(3),                                           // TUPLE3
  0x74: (m) => m.push(new PickledList(m.popToMark())),      // TUPLE
  0x5d: (m) => m.push(new PickledList()),                   // EMPTY_LIST
  0x61: (m) => m.append([m.pop()]),                         // APPEND
  0x65: (m) => m.append(m.popToMark()),                     // APPENDS
  0x7d: (m) => m.push(new PickledDict()),                   // EMPTY_DICT
  0x73: (m) => {                                            // SETITEM
    const value = m.pop()
    m.setItems([m.pop(), value])
  },
  0x75: (m) => m.setItems(m.popToMark()),                   // SETITEMS
  0x71: (m, s) => m.remember(s.u8()),                       // BINPUT
  0x72: (m, s) => m.remember(s.u32()),                      // LONG_BINPUT
  0x94: (m) => m.remember(m.memo.size),                     // MEMOIZE
  0x68: (m, s) => m.recall(s.u8()),                         // BINGET
  0x6a: (m, s) => m.recall(s.u32()),                        // LONG_BINGET
  0x63: (m, s) => m.global(`${s.line()}.${s.line()}`),      // GLOBAL
  0x93: (m) => {                                            // STACK_GLOBAL
    const [name, module] = [m.pop(), m.pop()]
    if (typeof name !== 'string' || typeof module !== 'string') throw m.broken('names a global by no text')
    m.global(`${module}.${name}`)
  },
  0x52: (m) => m.call(),                                    // REDUCE
  0x51: (m) => m.push(m.rules.persistent(m.pop())),         // BINPERSID
  0x62: (m) => m.dropState(),                               // BUILD
}
