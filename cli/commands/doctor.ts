/** `kinograph doctor`: what this machine has, what is missing, and the one thing to do about it. */
import { parseArguments } from '../arguments.ts'
import { EXIT } from '../exit.ts'
import { foldersOf } from '../folders.ts'
import { askOnce } from '../question.ts'
import { doctorSpec } from '../specs.ts'

export async function command(argv: readonly string[]): Promise<number> {
  const { options } = parseArguments(doctorSpec, argv)
  const { rows } = await askOnce({ type: 'doctor', id: 'doctor', folders: foldersOf({ modelsDir: options['models-dir'] }) })
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ rows }, null, 2)}\n`)
  } else {
    for (const { what, ok, optional, found, remedy } of rows) {
      process.stdout.write(`${ok ? 'ok      ' : optional ? '-       ' : 'MISSING '} ${what}: ${found}\n`)
      if (remedy !== undefined) process.stdout.write(`         ${remedy}\n`)
    }
  }
  return rows.every(({ ok, optional }) => ok || optional) ? EXIT.ok : EXIT.failed
}
