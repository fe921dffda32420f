/** Answers a parent's messages. The main thread of the worker: registry, executor and caches live here. */
import type { LoadedPlugin } from '../core/plugins/index.ts'
import { thrownText } from '../core/types/json.ts'
import { Redactor, secretVariables } from '../core/workflow/redact.ts'
import { idInFlight, runId } from '../core/workflow/run-id.ts'
import { WorkflowError } from '../core/workflow/workflow-error.ts'
import { removeLiveStages } from '../media/staging.ts'
import { builtIn } from '../nodes/index.ts'
import type { Device, DeviceKind } from '../tensor/runtime/device.ts'
import { openDeviceThread } from '../tensor/runtime/open-device.ts'
import packageJson from '../package.json' with { type: 'json' }
import { exportJob } from './export-job.ts'
import { Outbox } from './outbox.ts'
import type { FreeRequest } from './protocol-files.ts'
import type { Answers, FromWorker, PluginSettings, PluginsRequest, Request, RunAnswer, RunRequest, ToWorker } from './protocol.ts'
import { describeNodes, explainNodes, planNodes, runJob, validateJob } from './run-job.ts'
import type { Engine } from './run-job.ts'
import { RunLine } from './run-line.ts'
import type { RunSignals } from './run-line.ts'
import { PluginHost } from './plugins.ts'
import { Publisher } from './publisher.ts'
import { ResultCaches } from './result-caches.ts'
import { describeInterface, diffJob, migrateJob } from './workflow-files.ts'

/**
 * Starts answering.
 * @param devices those that are being opened already
 * @param settings where plugins are; none are loaded without it
 */
export function serve(devices: Map<DeviceKind, Promise<Device>>, settings?: PluginSettings): void {
  const redactor = new Redactor(secretVariables(process.env))
  const outbox = new Outbox((message) => send(message), redactor)
  const plugin: LoadedPlugin = { ...builtIn, id: 'kinograph', hash: packageJson.version, trusted: true }
  const plugins = new PluginHost(plugin, settings, { tell: (message) => sent(redactor.data(message)), flush: () => outbox.flush() })
  const engine: Engine = {
    get registry() { return plugins.registry },
    get plugins() { return plugins.reports },
    devices,
    caches: new ResultCaches((id) => plugins.registry.types.get(id)),
    outbox,
    publisher: new Publisher((message) => outbox.post(message)),
    device: (kind) => {
      const known = devices.get(kind)
      if (known !== undefined) return known
      const device = openDeviceThread(kind)
      watch(device, outbox)
      devices.set(kind, device)
      return device
    },
  }
  const running: Running = { line: new RunLine(), cancel: new Map() }
  const loading = plugins.load()
  const current = (): Engine => ({ ...engine }) // with the plugins of this moment, should they be loaded again
  const ask: Ask = {
    async run(request, signals) {
      await loading
      outbox.begun(request.id)
      return runJob(request, current(), signals)
    },
    async other(request, signal) {
      if (request.type === 'doctor' || request.type === 'models') return answer(request, engine, signal)
      await loading
      if (!SAYS_ITSELF.includes(request.type)) outbox.begun(request.id)
      return request.type === 'plugins' ? pluginsAnswer(request, plugins) : answer(request, current(), signal)
    },
  }
  process.on('message', (message) => void receive(message as ToWorker, ask, engine, running)) // only our parent writes here
  process.on('disconnect', () => {
    engine.publisher.abandon()
    endAfter(running, engine)
  })
  if (process.connected === false) return end() // the parent went while we were being loaded
  outbox.post({ type: 'ready' })
  for (const [device, opening] of devices) {
    watch(opening, outbox)
    opening.then(() => outbox.post({ type: 'opened', device }), (error: unknown) => outbox.post({ type: 'opened', device, problem: thrownText(error) }))
  }
}

/** Says how long what it loads takes. */
function watch(opening: Promise<Device>, outbox: Outbox): void {
  opening.then((device) => {
    device.onSession = (seconds) => outbox.post({ type: 'loaded', device: device.kind, seconds })
  }, () => {}) // whoever needs the device gets the reason
}

function send(message: FromWorker): void {
  if (process.connected) process.send?.(message, undefined, {}, () => {}) // a parent that is gone shows as `disconnect`
}

/** The same, resolved once it has left this process: what follows may block it for ever. */
function sent(message: FromWorker): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected && process.send) process.send(message, undefined, {}, () => resolve())
    else resolve()
  })
}

/** Questions that say themselves when they come to what the process may die of: the code of plugins. */
const SAYS_ITSELF: readonly Request['type'][] = ['validate', 'plan', 'explain', 'nodes', 'free']

/** Runs get all signals, other questions one. */
interface Ask {
  run(request: RunRequest, signals: RunSignals): Promise<RunAnswer>
  other(request: Exclude<Request, RunRequest>, signal: AbortSignal): Promise<Answers[Request['type']]>
}

/** What was asked for and not answered yet. */
interface Running {
  readonly line: RunLine
  /** How each is cancelled, by id. */
  readonly cancel: Map<string, () => void>
}

async function receive(message: ToWorker, ask: Ask, engine: Engine, running: Running): Promise<void> {
  switch (message.type) {
    case 'batch': {
      for (const one of message.messages) void receive(one, ask, engine, running)
      return
    }
    case 'cancel': return running.cancel.get(message.id)?.()
    case 'suspend': return running.line.suspend(message.id)
    case 'published': return engine.publisher.settle(message)
    case 'ping': return engine.outbox.post({ type: 'pong' })
    default: return respond(message, ask, engine, running)
  }
}

/** Runs wait for their turn; other questions are answered at once. */
async function respond(request: Request, ask: Ask, engine: Engine, { line, cancel }: Running): Promise<void> {
  const { id } = request
  const { outbox } = engine
  const refused = refusedId(id, cancel)
  if (refused) return outbox.post({ type: 'failure', id, problem: refused.toJSON() })
  const stop = new AbortController()
  cancel.set(id, () => request.type === 'run' ? line.cancel(id) : stop.abort())
  try {
    const answering = request.type === 'run'
      ? line.add(id, (signals) => ask.run(request, signals))
      : ask.other(request, stop.signal)
    outbox.post({ type: 'answer', id, answer: await answering })
    if (request.type !== 'run') outbox.flush() // should the run beside it end this process, it was not this question
  } catch (error) {
    outbox.post({ type: 'failure', id, problem: asWorkflowError(error).toJSON() })
  } finally {
    cancel.delete(id)
    outbox.forget(id)
    if (!process.connected && cancel.size === 0) leave(engine)
  }
}

/** Why a request can't go by this id: another would be taken for it, or it is no name. */
function refusedId(id: unknown, running: ReadonlyMap<string, unknown>): WorkflowError | undefined {
  try {
    const name = runId(id)
    return running.has(name) ? idInFlight(name) : undefined
  } catch (error) {
    return asWorkflowError(error)
  }
}

/** Runs that go on keep what they hold, and build again what they use. */
async function free({ sessions, results }: FreeRequest, { caches, devices }: Engine): Promise<Answers['free']> {
  if (results) caches.clear()
  if (sessions) await Promise.all([...devices.values()].map(async (device) => (await device).putOut()))
  return { isFreed: true }
}

async function pluginsAnswer({ reload }: PluginsRequest, plugins: PluginHost): Promise<Answers['plugins']> {
  if (reload) await plugins.load()
  return { plugins: plugins.reports }
}

async function answer(request: Exclude<Request, PluginsRequest | RunRequest>, engine: Engine, signal: AbortSignal): Promise<Answers[Request['type']]> {
  switch (request.type) {
    case 'validate': return validateJob(request, engine, signal)
    case 'plan': return planNodes(request, engine, signal)
    case 'explain': return explainNodes(request, engine, signal)
    case 'lock': {
      const { lockJob } = await import('./lock-job.ts')
      return lockJob(request, engine, signal)
    }
    case 'verify': {
      const { verifyJob } = await import('./verify-job.ts')
      return verifyJob(request, engine, signal)
    }
    case 'export': return exportJob(request, engine)
    case 'diff': return diffJob(request, engine)
    case 'migrate': return migrateJob(request, engine)
    case 'interface': return describeInterface(request, engine, signal)
    case 'nodes': return describeNodes(request.id, engine, request.folders, signal)
    case 'models': {
      const { modelRows } = await import('./list-models.ts')
      return { folder: request.folders.models, models: await modelRows(request.folders.models) }
    }
    case 'doctor': {
      const { diagnose } = await import('./diagnose.ts')
      return { rows: await diagnose(request.folders) }
    }
    case 'free': return free(request, engine)
    case 'inspect': {
      const { inspectWeights } = await import('./inspect-weights.ts')
      return inspectWeights(request)
    }
    case 'probe': {
      const { probeMedia } = await import('./probe-media.ts')
      return probeMedia(request, signal)
    }
    case 'thumbnail': {
      const { makeThumbnail } = await import('./make-thumbnail.ts')
      return makeThumbnail(request, signal)
    }
    default: return request satisfies never
  }
}

function asWorkflowError(error: unknown): WorkflowError {
  if (error instanceof WorkflowError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new WorkflowError({ code: 'execution_failed', problem: message }, { cause: error })
}

/** The parent is gone: nobody waits for what runs. */
function endAfter({ cancel }: Running, engine: Engine): void {
  if (cancel.size === 0) return leave(engine)
  cancel.forEach((give) => give())
  setTimeout(end, 5000).unref()
}

/** Ends once what was measured is written. */
function leave({ caches }: Engine): void {
  setTimeout(end, 1000).unref()
  void caches.flush().finally(end)
}

/**
 * Ends this process and what it started. SIGKILL, since an exit while ONNX Runtime computes aborts, and takes seconds
 * where much memory is to be given back; everything that is written is written under a temporary name until it is whole.
 */
function end(): void {
  removeLiveStages()
  try {
    process.kill(process.platform === 'win32' ? process.pid : -process.pid, 'SIGKILL')
  } catch {
    process.kill(process.pid, 'SIGKILL') // not the leader of a process group: started by hand
  }
}
