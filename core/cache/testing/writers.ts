import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'

/** How a writer ended, and what it had to complain of. */
export interface WriterEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly complaints: string
}

/** Processes of `writer.ts`, which is bundled for them: Node 20 runs no TypeScript. */
export class Writers {
  #folder = ''

  async build(): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), 'kinograph-writer-'))
    await build({
      entryPoints: [join(import.meta.dirname, 'writer.ts')], outfile: join(this.#folder, 'writer.mjs'),
      bundle: true, platform: 'node', format: 'esm', target: 'node20', packages: 'external',
    })
  }

  remove(): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true })
  }

  start(...args: readonly (string | number)[]): { child: ChildProcess; ready: Promise<void>; ended: Promise<WriterEnd> } {
    const child = spawn(process.execPath, [join(this.#folder, 'writer.mjs'), ...args.map(String)])
    let complaints = ''
    child.stderr.on('data', (text: Buffer) => (complaints += text.toString()))
    return {
      child,
      ready: new Promise((resolve) => child.stdout.once('data', () => resolve())),
      ended: new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal, complaints }))),
    }
  }
}
