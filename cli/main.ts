/**
 * `kinograph`: finds the command, hands over, and turns what it says into an exit code. Commands are loaded when they
 * are called, so that `run` has its worker started within the first milliseconds.
 */
import packageJson from '../package.json' with { type: 'json' }
import { nearest, UsageError } from './arguments.ts'
import type { CommandSpec } from './arguments.ts'
import { EXIT } from './exit.ts'
import { takePluginOptions } from './plugin-options.ts'
import {
  createPluginSpec, diffSpec, doctorSpec, explainSpec, exportSpec, fmtSpec, lockSpec, mergeSpec, migrateSpec, modelsSpec, planSpec, nodesSpec,
  pluginsSpec, runSpec, serveSpec, validateSpec, verifySpec,
} from './specs.ts'

interface Command {
  readonly spec: CommandSpec
  /** Gets what follows the command's name; gives the exit code. */
  readonly load: () => Promise<{ command(argv: readonly string[]): Promise<number> }>
}

const COMMANDS: readonly Command[] = [
  { spec: runSpec, load: () => import('./commands/run.ts') },
  { spec: serveSpec, load: () => import('./commands/serve.ts') },
  { spec: explainSpec, load: () => import('./commands/explain.ts') },
  { spec: planSpec, load: () => import('./commands/plan.ts') },
  { spec: lockSpec, load: () => import('./commands/lock.ts') },
  { spec: verifySpec, load: () => import('./commands/verify.ts') },
  { spec: validateSpec, load: () => import('./commands/validate.ts') },
  { spec: exportSpec, load: () => import('./commands/export.ts') },
  { spec: fmtSpec, load: () => import('./commands/fmt.ts') },
  { spec: diffSpec, load: () => import('./commands/diff.ts') },
  { spec: mergeSpec, load: () => import('./commands/merge.ts') },
  { spec: migrateSpec, load: () => import('./commands/migrate.ts') },
  { spec: nodesSpec, load: () => import('./commands/nodes.ts') },
  { spec: pluginsSpec, load: () => import('./commands/plugins.ts') },
  { spec: createPluginSpec, load: () => import('./commands/create-plugin.ts') },
  { spec: modelsSpec, load: () => import('./commands/models.ts') },
  { spec: doctorSpec, load: () => import('./commands/doctor.ts') },
]

async function main(argv: readonly string[]): Promise<number> {
  const [word, ...rest] = takePluginOptions(argv)
  if (word === '--version' || word === '-v') return say(packageJson.version)
  if (word === undefined || word === '--help' || word === '-h' || word === 'help') return help(rest[0])
  const command = COMMANDS.find(({ spec }) => spec.name === word)
  if (command === undefined) throw unknownCommand(word)
  if (rest.includes('--help') || rest.includes('-h')) return helpFor(command.spec, rest)
  return (await command.load()).command(rest)
}

async function help(name: string | undefined): Promise<number> {
  const { commandHelp, generalHelp } = await import('./help.ts')
  if (name === undefined) return say(generalHelp(COMMANDS.map(({ spec }) => spec), packageJson.version))
  const command = COMMANDS.find(({ spec }) => spec.name === name)
  if (command === undefined) throw unknownCommand(name)
  return say(commandHelp(command.spec))
}

/** Help for a command, with what its workflow takes where the line names one. */
async function helpFor(spec: CommandSpec, rest: readonly string[]): Promise<number> {
  if (spec.openOptions === undefined || rest.every((word) => word.startsWith('-'))) return help(spec.name)
  const [{ workflowHelp }, { WorkflowError }] = await Promise.all([import('./workflow-help.ts'), import('../core/workflow/workflow-error.ts')])
  try {
    const text = await workflowHelp(spec, rest)
    return text === undefined ? await help(spec.name) : say(`${text}\n\nkinograph ${spec.name} --help lists the options.`)
  } catch (error) {
    if (!(error instanceof WorkflowError)) throw error
    const { printProblem } = await import('./print.ts')
    printProblem(error.data)
    return EXIT.badInput
  }
}

function unknownCommand(word: string): UsageError {
  const names = COMMANDS.map(({ spec }) => spec.name)
  const near = nearest(word, names)
  return new UsageError(`kinograph has no command ${JSON.stringify(word)}. ` +
    (near === undefined ? `There are: ${names.join(', ')}. See kinograph --help.` : `Did you mean kinograph ${near}?`))
}

function say(text: string): number {
  process.stdout.write(`${text}\n`)
  return EXIT.ok
}

// Whoever read what we print has gone (`| head`): nobody wants the rest. A worker ends itself when we are gone.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(EXIT.failed)
  })
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (error instanceof UsageError) {
    process.stderr.write(`error: ${error.message}\n`)
    process.exitCode = EXIT.badInput
  } else {
    process.stderr.write(`error: ${error instanceof Error ? error.stack ?? error.message : String(error)}\n`)
    process.exitCode = EXIT.failed
  }
}
