/** Plugins written for one test, in a project of their own, used through the built `kinograph`. */
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cli, scratchFolder, start } from '../cli/harness.ts'
import type { Ended, Started } from '../cli/harness.ts'

/** A project's folder with plugins in it. Its cache of built plugins is its own. A plugin may take long to load on a busy machine. */
export class Project {
  readonly folder = realpathSync(scratchFolder())
  readonly env: NodeJS.ProcessEnv = { KINOGRAPH_CACHE_DIR: join(this.folder, '.cache'), KINOGRAPH_PLUGIN_LIMIT: '60' }

  /** Where one that never loads is waited for: five seconds are more than any other here needs. */
  impatient(): this {
    this.env['KINOGRAPH_PLUGIN_LIMIT'] = '5'
    return this
  }

  write(path: string, text: string): this {
    const file = join(this.folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    return this
  }

  /** `plugins/NAME/index.ts`; `code` may use defineNode, definePlugin, port and blocked. */
  plugin(name: string, code: string): this {
    return this.write(`plugins/${name}/index.ts`, `import { blocked, defineNode, definePlugin, port } from 'kinograph'\n${code}`)
  }

  /** A plugin of one output node without inputs: `run` is the body of its function, which gives `y`, a number. */
  node(name: string, type: string, run: string, more = ''): this {
    return this.plugin(name, `${more}
export default definePlugin({ nodes: [defineNode({
  type: '${type}', category: 'test', output: true, inputs: { x: port.float({ default: 1 }) }, outputs: { y: port.float() },
  async run({ x }, context) { ${run} },
})] })`)
  }

  /** A workflow of these nodes; links are `['id', 'output']`. */
  workflow(nodes: Readonly<Record<string, Readonly<Record<string, unknown>> & { readonly type: string }>>, more: object = {}): string {
    const written = Object.entries(nodes).map(([id, { type, ...inputs }]) => ({
      id, type, inputs: Object.fromEntries(Object.entries(inputs).map(([name, value]) =>
        [name, Array.isArray(value) ? { from: value[0] as unknown, output: value[1] as unknown } : value])),
    }))
    this.write('workflow.json', JSON.stringify({ version: 1, nodes: written, ...more }))
    return 'workflow.json'
  }

  run(...args: string[]): Promise<Ended> {
    return cli(args, { cwd: this.folder, env: this.env })
  }

  start(...args: string[]): Started {
    return start(args, { cwd: this.folder, env: this.env })
  }
}

/** The lines of a text that begin with a word. */
export const linesOf = (text: string, word: string): string[] => text.split('\n').filter((line) => line.startsWith(word))
