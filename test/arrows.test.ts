/** The layers of docs/ARCHITECTURE.md: which folder may import which. Static, type-only and dynamic imports count alike. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '..')

/** Folder → folders of ours that it may import, besides itself. The longest matching folder decides. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  'core': [],
  'core/comfy': ['core/workflow', 'core/types'],
  'tensor': [],
  'media': [],
  'diffusion': ['tensor'],
  'nodes': ['diffusion', 'media', 'core', 'tensor'],
  'worker': ['nodes', 'diffusion', 'media', 'core', 'tensor'],
  'server': ['worker', 'core', 'media'],
  'cli': ['worker', 'server', 'core', 'media'],
  'editor': ['core/workflow', 'core/types', 'core/comfy', 'server/client', 'workflows'],
}
/** Types of these may be named by the editor; nothing of them is loaded. */
const EDITOR_TYPES = ['core/run', 'server/job', 'server/events', 'server/api']
/** What people's terminals and HTTP processes may load of worker/: data and the client, never the runner. */
const WORKER_SURFACE = /^worker\/(protocol|client)[^/]*\.ts$/
/** What of the terminal knows the server: all other commands start without it. */
const SERVING: readonly string[] = ['cli/commands/serve.ts', 'cli/serve-line.ts']
/** Imported by browsers too. */
const NO_NODE = ['core/workflow', 'core/types', 'core/comfy']

/** Tests and what only they use. */
const TESTS = /\.test(-d)?\.tsx?$|(^|\/)(testing\/|test-[^/]+\.ts$)/

function sources(folder: string): string[] {
  if (!existsSync(join(root, folder))) return []
  const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
  return names.filter((n) => /\.tsx?$/.test(n) && !TESTS.test(n.replaceAll('\\', '/')))
    .map((n) => posix.join(folder, n.replaceAll('\\', '/')))
}

/** Template literals over several lines: text of other files, not imports of this one. */
const TEXT_OF_LINES = /`(?:[^`\\]|\\[\s\S])*?\n(?:[^`\\]|\\[\s\S])*`/g
const IMPORT = /(?:\bfrom\s*|\bimport\s*\(\s*|\bimport\s+|\bnew URL\(\s*)(['"`])([^'"`$]+)\1/g

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '').replace(TEXT_OF_LINES, '')
  return [...text.matchAll(IMPORT)].map((match) => match[2])
}

/** Whether all that a file imports from there is types. */
function isTypeOnly(file: string, specifier: string): boolean {
  const lines = readFileSync(join(root, file), 'utf8').split('\n').filter((line) => line.includes(specifier))
  return lines.length > 0 && lines.every((line) => /^(?:import|export) type /.test(line))
}

function problems(): { read: number; found: string[] } {
  const found: string[] = []
  let read = 0
  for (const [folder, allowed] of Object.entries(MAY_IMPORT)) {
    for (const file of sources(folder)) {
      read++
      for (const specifier of importsOf(file)) {
        if (specifier.startsWith('node:') && NO_NODE.some((f) => file.startsWith(`${f}/`))) {
          found.push(`${file} imports ${specifier}, but a browser loads it`)
        }
        if (!specifier.startsWith('.')) continue
        const target = relative(root, resolve(root, dirname(file), specifier)).replaceAll('\\', '/')
        if (target.startsWith('..')) found.push(`${file} imports ${specifier} from outside the project`)
        if (folder === 'editor' && isTypeOnly(file, specifier) && EDITOR_TYPES.some((f) => target.startsWith(`${f}/`))) continue
        const inside = [folder, ...allowed].some((f) => target === f || target.startsWith(`${f}/`))
        if (!inside && target !== 'package.json') found.push(`${file} imports ${target}: ${folder}/ may import ${allowed.join(', ') || 'nothing of ours'}`)
        if (folder === 'cli' && target.startsWith('server/') && !SERVING.includes(file)) {
          found.push(`${file} imports ${target}: only ${SERVING.join(' and ')} may`)
        }
        const surface = folder === 'cli' || folder === 'server'
        if (surface && target.startsWith('worker/') && !WORKER_SURFACE.test(target)) {
          found.push(`${file} imports ${target}: only worker/protocol*.ts and worker/client*.ts may be loaded there`)
        }
      }
    }
  }
  return { read, found }
}

test('imports only point down the layers', () => {
  const { read, found } = problems()
  expect(read).toBeGreaterThan(30)
  expect(found).toEqual([])
})

test('onnxruntime-node is imported in tensor/runtime only', () => {
  const elsewhere = Object.keys(MAY_IMPORT).flatMap(sources)
    .filter((file) => !file.startsWith('tensor/runtime/') && importsOf(file).some((s) => s.startsWith('onnxruntime')))
  expect(elsewhere).toEqual([])
})

test('litegraph is known to one folder', () => {
  const files = sources('editor').filter((file) => importsOf(file).some((name) => /litegraph/.test(name) && !name.startsWith('.')))
  expect(files.filter((file) => !file.startsWith('editor/litegraph/'))).toEqual([])
})
