/** `kinograph create-plugin`: a plugin that works, with a test, ready to be published. */
import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { engineEntries } from '../../core/plugins/engine-entries.ts'
import { parseArguments, UsageError } from '../arguments.ts'
import { EXIT } from '../exit.ts'
import { pluginFiles } from '../plugin-template.ts'
import { createPluginSpec } from '../specs.ts'

/** What npm takes for a package's name, with a scope or without. */
const NAME = /^(@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/

export async function command(argv: readonly string[]): Promise<number> {
  const { operands: [given = ''] } = parseArguments(createPluginSpec, argv)
  const isName = given.startsWith('@')
  const name = isName ? given : basename(given)
  const folder = resolve(isName ? basename(given) : given)
  if (!NAME.test(name) || name.length > 214) {
    throw new UsageError(`${JSON.stringify(name)} is no name for a package: use small letters, digits, "-", "_" and ".", like film-grain.`)
  }
  if (existsSync(folder) && (await readdir(folder)).length > 0) {
    throw new UsageError(`${folder} is not empty. Name a folder that is not there yet.`)
  }
  const { version, root } = engineEntries()
  const isPublished = basename(dirname(root)) === 'node_modules'
  const files = pluginFiles({ name, version, engine: isPublished ? `^${version}` : `file:${root}` })
  for (const [path, text] of files) await writeNew(join(folder, path), text)
  await linkEngine(folder, root)
  process.stdout.write(`${doneText(relative(process.cwd(), folder) || '.', [...files.keys()])}\n`)
  return EXIT.ok
}

async function writeNew(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text, { flag: 'wx' })
}

/** The engine that runs in the project's node_modules: so everything works at once, before and without `npm install`. */
async function linkEngine(folder: string, root: string): Promise<void> {
  const modules = join(folder, 'node_modules')
  await mkdir(join(modules, '.bin'), { recursive: true })
  await symlink(root, join(modules, 'kinograph'), 'junction')
  if (process.platform === 'win32') {
    await writeFile(join(modules, '.bin', 'kinograph.cmd'), '@node "%~dp0\\..\\kinograph\\bin\\kinograph.js" %*\r\n')
    return
  }
  const command = join(modules, '.bin', 'kinograph')
  await writeFile(command, '#!/bin/sh\nexec node "$(dirname "$0")/../kinograph/bin/kinograph.js" "$@"\n')
  await chmod(command, 0o755)
}

const doneText = (folder: string, files: readonly string[]) => [
  `${folder}: ${files.join(', ')}`,
  '',
  `  cd ${folder}`,
  '  npm test                                        its tests',
  '  npx kinograph run workflow.json --plugins .     a workflow with its node',
  '',
  'docs/plugins.md in kinograph\'s folder is the guide.',
].join('\n')
