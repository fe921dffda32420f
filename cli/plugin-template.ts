/** The files of a new plugin. */
import { PLUGIN_API } from '../core/plugins/api-version.ts'

export interface TemplateOptions {
  /** The package's name. */
  readonly name: string
  /** Of this kinograph. */
  readonly version: string
  /** Where npm gets kinograph from while developing: `^0.1.0`, or `file:` and a folder. */
  readonly engine: string
}

/** Texts by path. */
export function pluginFiles(options: TemplateOptions): Map<string, string> {
  const type = `${pascal(options.name)}Fade`
  return new Map([
    ['package.json', manifest(options)],
    ['src/index.ts', source(options.name, type)],
    ['src/fade.ts', node(type)],
    ['test/fade.test.ts', nodeTest(type)],
    ['workflow.json', workflow(type)],
    ['tsconfig.json', TSCONFIG],
    ['README.md', readme(options.name, type)],
    ['.gitignore', 'node_modules/\noutput/\n'],
  ])
}

/** `@film/soft-grain` → `SoftGrain`: so that node types of two plugins don't clash. */
function pascal(name: string): string {
  const words = name.replace(/^@[^/]*\//, '').split(/[^a-z0-9]+/i).filter(Boolean)
  const joined = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
  return /^[a-z]/i.test(joined) ? joined : `Plugin${joined}`
}

const manifest = ({ name, version, engine }: TemplateOptions) => `${JSON.stringify({
  name,
  version: '0.1.0',
  description: 'Nodes for kinograph',
  keywords: ['kinograph', 'kinograph-plugin'],
  license: 'Apache-2.0',
  type: 'module',
  kinograph: { plugin: './src/index.ts', apiVersion: PLUGIN_API },
  exports: './src/index.ts',
  files: ['src', 'workflow.json', 'kinograph.snapshot.json'],
  scripts: {
    test: 'kinograph plugins test',
    typecheck: 'tsc',
    snapshot: 'kinograph plugins snapshot',
    check: 'kinograph plugins check',
    prepublishOnly: 'npm run check && npm test',
  },
  peerDependencies: { kinograph: `^${version}` },
  devDependencies: { '@types/node': '^20.19.0', kinograph: engine, typescript: '^5.9.0' },
}, null, 2)}
`

const source = (name: string, type: string) => `import { definePlugin } from 'kinograph'
import { ${camel(type)} } from './fade.ts'

export default definePlugin({ name: '${name}', apiVersion: '${PLUGIN_API}', nodes: [${camel(type)}] })
`

const camel = (type: string) => type.charAt(0).toLowerCase() + type.slice(1)

const node = (type: string) => `import { defineNode, mapFrames, port } from 'kinograph'

/** Fades pictures in from black: frame i of n is as bright as (i + 1) / n, to the power of \`gamma\`. */
export const ${camel(type)} = defineNode({
  type: '${type}',
  category: 'image/time',
  summary: 'Fades pictures in from black.',
  inputs: {
    image: port.image(),
    gamma: port.float({ default: 1, min: 0.1, max: 10, tooltip: 'above 1 it stays dark for longer' }),
  },
  outputs: { image: port.image() },
  run({ image, gamma }) {
    return {
      image: mapFrames(image, (frame, index) => {
        const brightness = ((index + 1) / image.count) ** gamma
        return frame.map((sample) => sample * brightness) // 0 to 255, red, green, blue, red, …
      }),
    }
  },
})
`

const nodeTest = (type: string) => `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { framesOf } from 'kinograph'
import { testNode } from 'kinograph/testing'
import { ${camel(type)} } from '../src/fade.ts'

/** Four frames of one grey pixel. */
const image = framesOf(new Uint8Array(12).fill(200), { count: 4, height: 1, width: 1, channels: 3, dtype: 'u8' })

test('each frame is brighter than the one before, and the last is as it was', async () => {
  const { outputs } = await testNode(${camel(type)}, { image })
  assert.ok('read' in outputs.image)
  const faded = await outputs.image.read(0, 4)
  assert.deepEqual([...faded.filter((_, i) => i % 3 === 0)], [50, 100, 150, 200])
})

test('a gamma out of range is refused before anything runs', async () => {
  await assert.rejects(testNode(${camel(type)}, { image, gamma: 0 }), /input "gamma"/)
})
`

const workflow = (type: string) => `${JSON.stringify({
  version: 1,
  nodes: [
    { id: 'picture', type: 'EmptyImage', inputs: { width: 64, height: 64, batch_size: 8, color: 16711680 } },
    { id: 'fade', type, inputs: { image: { from: 'picture', output: 'IMAGE' }, gamma: 2 } },
    { id: 'save', type: 'SaveImage', inputs: { images: { from: 'fade', output: 'image' }, filename_prefix: 'fade' } },
  ],
}, null, 2)}
`

const TSCONFIG = `${JSON.stringify({
  compilerOptions: {
    target: 'es2023', lib: ['es2023'], module: 'nodenext', moduleResolution: 'nodenext', types: ['node'], strict: true, noEmit: true,
    allowImportingTsExtensions: true, verbatimModuleSyntax: true, erasableSyntaxOnly: true, skipLibCheck: true,
  },
  include: ['src', 'test'],
}, null, 2)}
`

const readme = (name: string, type: string) => `# ${name}

A plugin for [kinograph](https://www.npmjs.com/package/kinograph). Its node: **${type}** fades pictures in from black.

\`\`\`sh
npm install ${name}              # in a project that has kinograph: the node is there
kinograph nodes ${type}
\`\`\`

## Working on it

\`\`\`sh
npm test                                            # the tests, in the real engine
npx kinograph run workflow.json --plugins .         # a workflow with the node
npx kinograph run workflow.json --plugins . --watch-plugins    # again whenever a source changes
npm run snapshot                                    # writes down what the nodes look like; commit it
npm run check                                       # says what a change would break
npm publish
\`\`\`
`
