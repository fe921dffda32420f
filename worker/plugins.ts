/** The plugins of a worker: found, built, loaded one after the other, and loaded again when their content changes. */
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { bundlePlugin, type PluginBundle } from '../core/plugins/bundle.ts'
import { discoverPlugins, type BrokenPlugin, type FoundPlugin } from '../core/plugins/discover.ts'
import { engineEntries } from '../core/plugins/engine-entries.ts'
import { createRegistry, loadPlugin, type LoadedPlugin, type Registry } from '../core/plugins/index.ts'
import { noteIntrinsics, type Intrinsics } from '../core/plugins/intrinsics.ts'
import { invalid, refuseOtherApi } from '../core/plugins/load.ts'
import { logText, WorkflowError } from '../core/workflow/workflow-error.ts'
import { cacheFolder } from '../tensor/weights/cache-folder.ts'
import { changeText, guardNode, refuseExit } from './plugins-guard.ts'
import { importProblem } from './plugins-problem.ts'
import type { FromWorker, PluginReport, PluginSettings } from './protocol.ts'
import { knownNodes, rememberNodes } from './plugins-memory.ts'

/** How long a plugin may take to load, in seconds, where the settings don't say. */
const LOAD_LIMIT = 10

/** A plugin with its build, or with what keeps it from being loaded. */
interface Candidate {
  readonly found: FoundPlugin | BrokenPlugin
  readonly bundle?: PluginBundle
  readonly error?: WorkflowError
}

interface Loaded {
  readonly hash: string
  readonly plugin: LoadedPlugin
  readonly warnings: readonly string[]
}

/** What hears of plugins: the process that started this one. */
export interface PluginParent {
  /** Resolves once it was sent. */
  tell(message: FromWorker): Promise<void>
  /** Sends at once what waits to be sent. */
  flush(): void
}

/** Holds the registry, which is another one after plugins were loaded. */
export class PluginHost {
  readonly #builtIn: LoadedPlugin
  readonly #settings: PluginSettings | undefined
  readonly #parent: PluginParent
  readonly #cache = cacheFolder('plugins')
  readonly #loaded = new Map<string, Loaded>()
  #registry: Registry
  #reports: readonly PluginReport[] = []
  #intrinsics: Intrinsics | undefined

  /**
   * @param settings where plugins are; none are loaded without it
   */
  constructor(builtIn: LoadedPlugin, settings: PluginSettings | undefined, parent: PluginParent) {
    this.#builtIn = builtIn
    this.#settings = settings
    this.#parent = parent
    this.#registry = createRegistry([builtIn])
  }

  get registry(): Registry {
    return this.#registry
  }

  /** Every plugin that was found, loaded or skipped. */
  get reports(): readonly PluginReport[] {
    return this.#reports
  }

  /**
   * Loads the plugins that are there now. What has not changed since the last time stays as it is. A plugin that can't
   * be loaded is skipped and reported; the others work.
   */
  async load(): Promise<void> {
    if (this.#settings === undefined) return
    const candidates = await this.#build(await this.#find(this.#settings))
    const plugins = [this.#builtIn]
    const reports: PluginReport[] = []
    for (const candidate of candidates) reports.push(await this.#take(candidate, plugins))
    this.#registry = createRegistry(plugins)
    this.#reports = reports
    await this.#parent.tell({ type: 'plugins', plugins: reports })
  }

  async #find({ project, folders }: PluginSettings): Promise<(FoundPlugin | BrokenPlugin)[]> {
    const { root } = engineEntries()
    const packages = basename(dirname(root)) === 'node_modules' ? [dirname(root)] : [] // installed beside us, globally too
    const { found, broken } = await discoverPlugins({
      named: folders,
      ...(project !== undefined && { folders: [join(project, 'plugins')], packages: [join(project, 'node_modules'), ...packages] }),
    })
    return [...found, ...broken]
  }

  #build(all: readonly (FoundPlugin | BrokenPlugin)[]): Promise<Candidate[]> {
    const engine = engineEntries()
    return Promise.all(all.map(async (found): Promise<Candidate> => {
      if ('error' in found) return { found, error: found.error }
      try {
        refuseOtherApi(found.apiVersion, found.name)
        return { found, bundle: await bundlePlugin(found.entry, { folder: found.folder, cache: this.#cache, engine }) }
      } catch (error) {
        return { found, error: asProblem(error, found.name) }
      }
    }))
  }

  /** Adds a plugin to those that go before it, unless something is wrong with it. */
  async #take(candidate: Candidate, plugins: LoadedPlugin[]): Promise<PluginReport> {
    const { found, bundle } = candidate
    try {
      if (candidate.error || !bundle || 'error' in found) throw candidate.error
      const loaded = this.#unchanged(found, bundle) ?? await this.#load(found, bundle)
      refuseTakenName(loaded.plugin, plugins)
      createRegistry([...plugins, loaded.plugin]) // refuses node and value types that are taken
      plugins.push(loaded.plugin)
      const nodes = loaded.plugin.nodes.map(({ type }) => type)
      void rememberNodes(this.#cache, found.entry, nodes)
      return { ...this.#report(candidate, loaded.plugin), status: 'loaded', nodes, warnings: loaded.warnings }
    } catch (error) {
      if (process.env['KINOGRAPH_DEBUG']) process.stderr.write(`${logText(error)}\n`)
      const problem = asProblem(error, found.name).toJSON()
      const nodes = 'entry' in found ? await knownNodes(this.#cache, found) : []
      return { ...this.#report(candidate), status: 'skipped', nodes, warnings: [], problem }
    }
  }

  #report({ found, bundle }: Candidate, plugin?: LoadedPlugin): Pick<PluginReport, 'name' | 'version' | 'folder' | 'hash' | 'entry' | 'sources'> {
    const version = plugin?.version ?? ('version' in found ? found.version : undefined)
    return {
      name: plugin?.id ?? found.name,
      ...(version !== undefined && { version }),
      folder: found.folder,
      ...('entry' in found && { entry: found.entry }),
      ...(bundle && { hash: bundle.hash }),
      sources: bundle?.sources ?? ('entry' in found ? [found.entry] : []),
    }
  }

  #unchanged({ entry }: FoundPlugin, { hash }: PluginBundle): Loaded | undefined {
    const loaded = this.#loaded.get(entry)
    return loaded?.hash === hash ? loaded : undefined
  }

  /** Imports a plugin's module. The parent is told before: should the plugin never let go, it ends this process. */
  async #load(found: FoundPlugin, { file, hash }: PluginBundle): Promise<Loaded> {
    const { name, entry } = found
    const avoided = this.#settings?.avoid?.find((one) => one.entry === entry && one.hash === hash)
    if (avoided) throw new WorkflowError(avoided.problem)
    if (this.#intrinsics === undefined) {
      refuseExit()
      process.setSourceMapsEnabled(true)
      this.#intrinsics = noteIntrinsics()
    }
    await this.#parent.tell({ type: 'plugin.loading', plugin: { name, entry, hash } })
    try {
      const module = await importWithin(pathToFileURL(file).href, this.#settings?.limit ?? LOAD_LIMIT, found)
      return this.#accept(module, found, hash, this.#intrinsics)
    } finally {
      this.#intrinsics.restore()
      await this.#parent.tell({ type: 'plugin.loaded', entry })
    }
  }

  #accept(module: unknown, { name: id, version, entry }: FoundPlugin, hash: string, intrinsics: Intrinsics): Loaded {
    const changed = intrinsics.restore()
    const plugin = loadPlugin(module, { id, hash, ...(version !== undefined && { version }) })
    const nodes = plugin.nodes.map((node) => guardNode(node, intrinsics, () => this.#parent.flush()))
    const loaded: Loaded = { hash, plugin: { ...plugin, nodes }, warnings: changed.length > 0 ? [changeText(changed)] : [] }
    this.#loaded.set(entry, loaded)
    return loaded
  }
}

/** Imports a module. One that waits for ever is given up; one that computes for ever is the parent's to end. */
async function importWithin(url: string, limit: number, found: FoundPlugin): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(neverLoads(found.name, limit)), limit * 1000)
  })
  try {
    return await Promise.race([import(url), late])
  } catch (error) {
    throw error instanceof WorkflowError ? error : importProblem(error, found)
  } finally {
    clearTimeout(timer)
  }
}

const neverLoads = (name: string, limit: number) => invalid(
  name, `it was not loaded within ${limit} s`, 'Its module must not wait for anything that may not come; do that in `run`.',
)

function refuseTakenName({ id }: LoadedPlugin, plugins: readonly LoadedPlugin[]): void {
  const first = plugins.find((plugin) => plugin.id === id)
  if (first === undefined) return
  const taken = first.trusted ? 'that is the name of the engine\'s own nodes' : 'another plugin of that name is loaded already'
  throw invalid(id, taken, 'Rename it, or remove one of the two.')
}

function asProblem(error: unknown, name: string): WorkflowError {
  if (error instanceof WorkflowError && error.code === 'invalid_plugin') return error
  return invalid(name, error instanceof Error ? error.message : String(error), undefined, error)
}

