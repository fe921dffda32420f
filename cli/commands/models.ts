/** `kinograph models`: what is there, and where EasyAnimate's zoo has what is missing. */
import type { ModelRow } from '../../worker/protocol.ts'
import { parseArguments } from '../arguments.ts'
import { EXIT } from '../exit.ts'
import { foldersOf } from '../folders.ts'
import { sizeText, table } from '../print.ts'
import { askOnce } from '../question.ts'
import { modelsSpec } from '../specs.ts'

export async function command(argv: readonly string[]): Promise<number> {
  const { options } = parseArguments(modelsSpec, argv)
  const { folder, models } = await askOnce({ type: 'models', id: 'models', folders: foldersOf({ modelsDir: options['models-dir'] }) })
  process.stdout.write(options.json ? `${JSON.stringify({ folder, models }, null, 2)}\n` : `${text(folder, models)}\n`)
  return EXIT.ok
}

function text(folder: string, models: readonly ModelRow[]): string {
  const there = models.filter(({ path }) => path !== undefined)
  const missing = models.filter(({ path }) => path === undefined)
  return [
    `Models folder: ${folder}`,
    '',
    'There:',
    table(there.map((model) => [`  ${model.folder}/${model.name}`, sizeText(model.bytes ?? 0), model.path ?? ''])) || '  none',
    ...(missing.length === 0 ? [] : ['', 'Not there; EasyAnimate\'s zoo has (sizes as in its README):', ...missing.flatMap(missingLines)]),
  ].join('\n')
}

const missingLines = ({ folder, name, what, size, advice, later }: ModelRow): string[] => [
  `  ${folder}/${name}  ${size}`,
  `    ${what}`,
  later === undefined ? `    ${advice}` : `    For ${later}.`,
]
