/** What a plugin's tests import as `kinograph/testing`: one node, run by the engine itself. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRegistry } from '../core/plugins/index.ts'
import type { LoadedPlugin } from '../core/plugins/index.ts'
import { runWorkflow } from '../core/run/index.ts'
import type { NodeResult, NodeWarning, RunEvent, RunOptions } from '../core/run/index.ts'
import { ANYTHING, defineNode, portOf, takesLiteral } from '../core/types/index.ts'
import type { InputsOf, NodeType, OutputsOf, Paths, Port, Ports, UiResult } from '../core/types/index.ts'
import { provide } from '../core/types/service.ts'
import { WorkflowError } from '../core/workflow/workflow-error.ts'
import type { InputValue, Workflow } from '../core/workflow/workflow.ts'
import { builtIn } from './index.ts'
import { numberedOutputs } from './save/numbered.ts'
import { OUTPUTS } from './services.ts'

/** What a test may say about a run beside the inputs. */
export interface TestOptions extends Partial<Pick<RunOptions, 'services' | 'signal' | 'cache' | 'metadata' | 'environment'>> {
  /** Other node types that it expands into by their ids. The built-in ones are there anyway. */
  readonly nodes?: readonly NodeType[]
  /** Folders; a temporary one for each when left out. */
  readonly paths?: Partial<Paths>
}

/** What came of a node. */
export interface TestedNode<O extends Ports> {
  /** Exactly what its `run` gave, or what its expansion came to. */
  readonly outputs: OutputsOf<O>
  readonly warnings: readonly NodeWarning[]
  /** What an output node shows. */
  readonly ui?: UiResult
  /** Every event of the run, in order. */
  readonly events: readonly RunEvent[]
  readonly paths: Paths
}

/** Values that come in one by one, as a list that is mapped over. */
class Items<T> {
  readonly values: readonly T[]
  constructor(values: readonly T[]) {
    this.values = values
  }
}

/** An input that gets a list to be mapped over, as from an output with `.each()`: the node runs once for each value. */
export function items<T>(values: readonly T[]): Items<T> {
  return new Items(values)
}

/** Inputs of a tested node: those that may be left out, and lists for those that are to be mapped over. */
export type TestInputs<I extends Ports> = { readonly [K in keyof I]?: InputsOf<I>[K] | Items<InputsOf<I>[K]> }

const TESTED = 'tested'

/**
 * Runs one node in the real engine: its inputs are checked, defaults filled in, `validate` asked, outputs checked, and
 * it gets copies of its inputs, as in any workflow.
 * @throws WorkflowError as a run reports it, when the inputs are refused or the node fails
 */
export async function testNode<I extends Ports, O extends Ports>(
  node: NodeType<I, O>,
  inputs: TestInputs<I> = {},
  options: TestOptions = {},
): Promise<TestedNode<O>> {
  const given = new GivenValues(node.inputs)
  for (const [name, value] of Object.entries(inputs)) given.add(name, value)
  // Ports only differ in the types of their values, which the engine checks.
  const tested = node as unknown as NodeType
  const workflow: Workflow = { version: 1, nodes: [...given.nodes, { id: TESTED, type: node.type, inputs: given.inputs }] }
  const paths = { ...temporaryPaths(), ...options.paths }
  const events: RunEvent[] = []
  const { services, signal, cache, metadata, environment } = options
  const result = await runWorkflow(workflow, {
    registry: createRegistry(pluginsOf(tested, given.types, options.nodes ?? [])),
    paths,
    targets: [TESTED],
    onEvent: (event) => events.push(event),
    services: [provide(OUTPUTS, numberedOutputs(paths.output)), ...services ?? []],
    ...(signal && { signal }), ...(cache && { cache }), ...(metadata && { metadata }),
    ...(environment !== undefined && { environment }),
  })
  const done = result.results.get(TESTED)
  if (done === undefined) throw failureOf(result.error, result.status)
  return { ...outcomeOf<O>(done), events, paths }
}

function outcomeOf<O extends Ports>({ outputs, warnings, ui }: NodeResult): Omit<TestedNode<O>, 'events' | 'paths'> {
  const values = Object.fromEntries([...outputs].map(([name, { value }]) => [name, value]))
  return { outputs: values as OutputsOf<O>, warnings, ...(ui && { ui }) } // the engine checked each against its port
}

function failureOf(error: WorkflowError | undefined, status: string): WorkflowError {
  return error ?? new WorkflowError({ code: status === 'cancelled' ? 'cancelled' : 'execution_failed', problem: `the run was ${status}` })
}

/** What `run` gets is what a workflow would bring: written values where it can hold them, links for the rest. */
class GivenValues {
  readonly inputs: Record<string, InputValue> = {}
  readonly nodes: Workflow['nodes'][number][] = []
  readonly types: NodeType[] = []
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  add(name: string, value: unknown): void {
    if (value === undefined) return
    const port = Object.hasOwn(this.#ports, name) ? this.#ports[name] : undefined
    if (port?.data.variadic && Array.isArray(value)) {
      value.forEach((one: unknown, index) => this.#put(`${name}.${index}`, one, port))
    } else {
      this.#put(name, value, port)
    }
  }

  #put(slot: string, value: unknown, port: Port<unknown> | undefined): void {
    const isWritten = typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)
    // JSON can hold texts, numbers and yes or no; the engine says it where an input of this name takes none.
    if (isWritten && (port === undefined || takesLiteral(port.type.socket))) this.inputs[slot] = value as InputValue
    else this.inputs[slot] = this.#source(slot, value, port)
  }

  /** A node that gives the value. */
  #source(slot: string, value: unknown, port: Port<unknown> | undefined): InputValue {
    const id = `value of ${slot}`
    const isEach = value instanceof Items
    const values = { value: isEach ? value.values : value }
    // A value of another type comes in as anything, so that it is the tested node's input that refuses it.
    const isOfType = port !== undefined && (isEach ? value.values : [value]).every((one) => port.type.check(one))
    const output = portOf(isOfType ? port.type : ANYTHING)()
    this.types.push(defineNode({
      type: `TestedValue ${slot}`, category: 'testing', inputs: {}, outputs: { value: isEach ? output.each() : output },
      run: () => values,
    }))
    this.nodes.push({ id, type: `TestedValue ${slot}` })
    return { from: id, output: 'value' }
  }
}

function pluginsOf(tested: NodeType, sources: readonly NodeType[], others: readonly NodeType[]): LoadedPlugin[] {
  const isBuiltIn = builtIn.nodes.includes(tested)
  const engine: LoadedPlugin = { ...builtIn, id: 'kinograph', hash: '', trusted: true }
  const values: LoadedPlugin = { id: 'values of the test', hash: '', trusted: true, nodes: sources }
  const own: LoadedPlugin = { id: 'tested', hash: '', nodes: [...(isBuiltIn ? [] : [tested]), ...others.filter((one) => one !== tested)] }
  return [engine, values, own]
}

function temporaryPaths(): Paths {
  const folder = mkdtempSync(join(tmpdir(), 'kinograph-test-'))
  return { models: folder, input: folder, output: folder, temp: folder }
}
