/** A failure of the runtime or its device: what happened and what to do. It crosses threads as data. */
export class DeviceError extends Error {
  readonly problem: string
  readonly remedy: string

  constructor({ problem, remedy, cause }: { problem: string; remedy: string; cause?: unknown }) {
    super(`${problem}. ${remedy}`, { cause })
    this.name = 'DeviceError'
    this.problem = problem
    this.remedy = remedy
  }
}

/** What is needed does not fit into the memory there is; both in bytes. */
export class MemoryError extends DeviceError {
  readonly needed: number
  readonly available: number

  constructor({
    problem,
    remedy,
    needed,
    available,
  }: {
    problem: string
    remedy: string
    needed: number
    available: number
  }) {
    super({ problem, remedy })
    this.name = 'MemoryError'
    this.needed = needed
    this.available = available
  }
}

/** An error as it crosses threads. */
export interface ErrorData {
  readonly name: string
  readonly message: string
  readonly problem?: string
  readonly remedy?: string
  readonly needed?: number
  readonly available?: number
}

/** What of an error crosses threads. */
export function errorData(error: unknown): ErrorData {
  if (error instanceof MemoryError) {
    const { name, message, problem, remedy, needed, available } = error
    return { name, message, problem, remedy, needed, available }
  }
  if (error instanceof DeviceError) {
    const { name, message, problem, remedy } = error
    return { name, message, problem, remedy }
  }
  return error instanceof Error
    ? { name: error.name, message: error.message }
    : { name: 'Error', message: String(error) }
}

/** The error again, of its own class. */
export function errorFrom({ name, message, problem, remedy, needed, available }: ErrorData): Error {
  if (problem === undefined || remedy === undefined) return Object.assign(new Error(message), { name })
  if (needed === undefined || available === undefined) return new DeviceError({ problem, remedy })
  return new MemoryError({ problem, remedy, needed, available })
}

/** The useful part of ONNX Runtime's message: without its source paths, call stacks and status prefixes. */
export function runtimeMessage(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text
    .replace(/\[ONNXRuntimeError\] : \d+ : \w+ : /g, '')
    .replace(/Non-zero status code returned while running (\S+) node\. Name:'([^']*)' Status Message: /g, '$1 "$2": ')
    .replace(/\S*\/onnxruntime\/\S+:\d+ /g, '') // a source file and line, its function, and what it checked
    .replace(
      /(?:(?:virtual|static|const|void|bool|\S+::\S+) )*onnxruntime::[^(\s]+\([^)]*\)\S*(?: const)? (?:\[[^\]]*\] )?/g,
      '',
    )
    .replace(/\S+ (?:==|!=|<|>|<=|>=) \S+ was false\. /g, '')
    .replace(/Stacktrace:[\s\S]*$/, '')
    .replace(/\s+/g, ' ')
    .replace(/[.\s]+$/, '')
    .trim()
}
