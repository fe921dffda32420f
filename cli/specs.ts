/** What each command of `kinograph` takes. Help, parsing and the table of commands in the documentation come from here. */
import { defineCommand } from './arguments.ts'

const modelsDir = {
  type: 'text', value: 'DIR',
  help: 'weights in EasyAnimate\'s layout (default: models, or $KINOGRAPH_MODELS_DIR; the embedded model is always found)',
} as const
const inputDir = { type: 'text', value: 'DIR', help: 'where LoadImage finds its files (default: the workflow\'s folder)' } as const
const cacheDir = { type: 'text', value: 'DIR', help: 'the folder of the disk cache (default: $KINOGRAPH_CACHE_DIR or ~/.cache/kinograph)' } as const
const workflow = { name: 'WORKFLOW', help: 'a workflow of Kinograph or ComfyUI (.json), or an mp4, png or webp that either made' } as const
const set = {
  type: 'list', value: 'NODE.INPUT=VALUE',
  help: 'give an input another value, inside a subgraph as outer/inner.input (may be repeated)',
} as const
const rows = {
  set: { ...set, help: `${set.help}; 1..10: a run for each` },
  csv: { type: 'text', value: 'FILE', help: 'a run for each row; columns are parameters or node.input' },
} as const
const until = { type: 'list', value: 'NODE', help: 'only what a run up to this node needs (may be repeated)' } as const
const device = { type: 'text', value: 'DEVICE', choices: ['cpu', 'cuda', 'webgpu'], help: 'where models would run: cpu (default), cuda or webgpu' } as const
const json = { type: 'flag', help: 'print JSON and nothing else on stdout' } as const

export const runSpec = defineCommand({
  name: 'run',
  summary: 'Run a workflow and save what it makes.',
  operands: [workflow],
  options: {
    ...rows,
    csv: { ...rows.csv, help: `${rows.csv.help}. What is done is skipped when it is run again` },
    until: { type: 'list', value: 'NODE', help: 'run up to this node only, and show what comes out of it (may be repeated)' },
    strict: { type: 'flag', help: 'refuse the workflow if any of its outputs can\'t be made, instead of making the others' },
    device: { type: 'text', value: 'DEVICE', choices: ['cpu', 'cuda', 'webgpu'], help: 'where models run: cpu (default), cuda or webgpu' },
    out: { type: 'text', value: 'DIR', help: 'where files are saved (default: output)' },
    cache: {
      type: 'text', value: 'MODE',
      help: 'disk (kept for later runs), memory (default), last, lru, lru:N or none; $KINOGRAPH_CACHE sets it for all runs',
    },
    'cache-dir': cacheDir,
    'cache-size': { type: 'text', value: 'SIZE', help: 'what results may take, such as 500MB (default: 10GB on the disk)' },
    'no-cache': { type: 'flag', help: 'the same as --cache none' },
    'models-dir': modelsDir,
    'input-dir': inputDir,
    'watch-plugins': { type: 'flag', help: 'stay, and run again whenever a plugin\'s source or the workflow changes' },
    json: { type: 'flag', help: 'print the run\'s events as JSON lines and nothing else on stdout' },
    quiet: { type: 'flag', help: 'print only where the files are' },
  },
  openOptions: 'PARAMETER=VALUE',
  examples: [
    'kinograph run workflows/text-to-video.json --prompt "a large blue star spins on a black background" --seed 7',
    'kinograph run workflows/text-to-video.json --set sampler.steps=30 --out clips',
    'kinograph run output/video_00001.mp4 --seed 8',
    'kinograph run workflows/text-to-video.json --csv prompts.csv --set seed=1..10',
  ],
})

/** What is said of a run that does not take place. */
const foretold = { ...rows, until, device, 'cache-dir': cacheDir, 'models-dir': modelsDir, 'input-dir': inputDir, json } as const

export const explainSpec = defineCommand({
  name: 'explain',
  summary: 'Say why each node would run or not, against the last run with --cache disk.',
  operands: [workflow],
  options: foretold,
  openOptions: 'PARAMETER=VALUE',
  examples: ['kinograph explain workflows/text-to-video.json --seed 8'],
})

export const planSpec = defineCommand({
  name: 'plan',
  summary: 'Say what a run would do: nodes, files, memory; and whether it can be. Nothing runs.',
  operands: [workflow],
  options: foretold,
  openOptions: 'PARAMETER=VALUE',
  examples: ['kinograph plan workflows/text-to-video.json --set latent.width=512'],
})

export const lockSpec = defineCommand({
  name: 'lock',
  summary: 'Run a workflow and write down what its results depend on, and what they are: hashes of models, plugins and outputs.',
  operands: [{ name: 'WORKFLOW', help: 'a workflow of Kinograph or ComfyUI (.json), or an mp4, png or webp that either made' }],
  options: {
    out: { type: 'text', value: 'FILE', help: 'the file to write (default: WORKFLOW.lock.json beside the workflow)' },
    set: { type: 'list', value: 'NODE.INPUT=VALUE', help: 'give a node\'s input another value, which the lock keeps (may be repeated)' },
    until: { type: 'list', value: 'NODE', help: 'run up to this node only, output or not (may be repeated)' },
    device: { type: 'text', value: 'DEVICE', choices: ['cpu', 'cuda', 'webgpu'], help: 'where models run: cpu (default), cuda or webgpu' },
    'no-run': { type: 'flag', help: 'run nothing: the lock says nothing of outputs' },
    'models-dir': modelsDir,
    'input-dir': inputDir,
    json: { type: 'flag', help: 'print the lock as well, and nothing else on stdout' },
  },
  openOptions: 'PARAMETER=VALUE',
  examples: ['kinograph lock workflows/text-to-video.json --seed random', 'kinograph verify workflows/text-to-video.json'],
})

export const verifySpec = defineCommand({
  name: 'verify',
  summary: 'Compare a workflow and all that it needs with its lock, run it again without any cache, and compare what comes out.',
  operands: [{ name: 'WORKFLOW', help: 'a workflow that "kinograph lock" has locked' }],
  options: {
    lock: { type: 'text', value: 'FILE', help: 'the lock (default: WORKFLOW.lock.json beside the workflow)' },
    device: { type: 'text', value: 'DEVICE', choices: ['cpu', 'cuda', 'webgpu'], help: 'where models run (default: as locked)' },
    'no-run': { type: 'flag', help: 'compare what is there, and run nothing' },
    'models-dir': modelsDir,
    'input-dir': inputDir,
    json,
  },
  examples: ['kinograph verify workflows/text-to-video.json', 'kinograph verify clip.json --lock locks/clip.lock.json --no-run'],
})

export const validateSpec = defineCommand({
  name: 'validate',
  summary: 'Say everything that is wrong with a workflow, without running it.',
  operands: [workflow],
  options: {
    ...rows,
    'models-dir': modelsDir,
    'input-dir': inputDir,
    json,
  },
  openOptions: 'PARAMETER=VALUE',
})

export const nodesSpec = defineCommand({
  name: 'nodes',
  summary: 'List the node types, or describe one.',
  operands: [{ name: 'TYPE', help: 'a node type, such as Sampler', optional: true }],
  options: { 'models-dir': modelsDir, json },
})

export const modelsSpec = defineCommand({
  name: 'models',
  summary: 'List the models that are there, and where EasyAnimate\'s can be had.',
  operands: [],
  options: { 'models-dir': modelsDir, json },
})

export const doctorSpec = defineCommand({
  name: 'doctor',
  summary: 'Say what this machine has, what is missing, and what to do about it.',
  operands: [],
  options: { 'models-dir': modelsDir, json },
})

export const exportSpec = defineCommand({
  name: 'export',
  summary: 'Write a workflow in another format: ComfyUI\'s two, or ours.',
  operands: [workflow],
  options: {
    to: {
      type: 'text', value: 'FORMAT', choices: ['comfy-api', 'comfy-ui', 'kinograph'],
      help: 'comfy-api (for its server), comfy-ui (for its editor) or kinograph (default)',
    },
    output: { type: 'text', value: 'FILE', help: 'the file to write, also -o FILE (default: print it)' },
    set,
    'models-dir': modelsDir,
  },
  openOptions: 'PARAMETER=VALUE',
  examples: [
    'kinograph export workflows/text-to-video.json --to comfy-api --output prompt.json',
    'kinograph export ComfyUI_00001_.png --output workflow.json',
  ],
})

export const fmtSpec = defineCommand({
  name: 'fmt',
  summary: 'Write workflow files in their one canonical form.',
  operands: [{ name: 'FILE', help: 'workflows (.json); - reads stdin and prints', many: true }],
  options: { check: { type: 'flag', help: 'write nothing; name the files that are not canonical, and exit with 1 if there are any' } },
  examples: ['kinograph fmt workflows/*.json', 'kinograph fmt --check workflows/*.json'],
})

export const diffSpec = defineCommand({
  name: 'diff',
  summary: 'Say in words how one workflow became another.',
  operands: [
    { name: 'BEFORE', help: 'a workflow (.json), or an mp4, png or webp that holds one' },
    { name: 'AFTER', help: 'the same, later' },
  ],
  options: { json },
  examples: ['kinograph diff old.json new.json', 'kinograph diff output/video_00001.mp4 output/video_00002.mp4'],
})

export const mergeSpec = defineCommand({
  name: 'merge',
  summary: 'Put two changed versions of a workflow together; usable as git\'s merge driver.',
  operands: [
    { name: 'BASE', help: 'the workflow (.json) that both come from; an empty file where there is none' },
    { name: 'OURS', help: 'one version; where they conflict, it stays' },
    { name: 'THEIRS', help: 'the other version' },
  ],
  options: {
    output: { type: 'text', value: 'FILE', help: 'the file to write, also -o FILE (default: print it)' },
    name: { type: 'text', value: 'PATH', help: 'what messages call the file (git knows it as %P)' },
  },
  examples: [
    'kinograph merge base.json ours.json theirs.json -o merged.json',
    'git config merge.kinograph.driver "kinograph merge %O %A %B -o %A --name %P"',
  ],
})

export const migrateSpec = defineCommand({
  name: 'migrate',
  summary: 'Carry workflow files over to the node types and the format of today.',
  operands: [{ name: 'FILE', help: 'workflows (.json), written in place', many: true }],
  options: {
    check: { type: 'flag', help: 'write nothing; say what would be done, and exit with 1 if there is anything' },
    'models-dir': modelsDir,
  },
})

export const pluginsSpec = defineCommand({
  name: 'plugins',
  summary: 'List the plugins; for authors: test one, keep a snapshot of its nodes, say what a change breaks.',
  operands: [
    { name: 'ACTION', help: 'list (default), test, snapshot or check', optional: true },
    { name: 'DIR', help: 'the plugin\'s folder, for all but list (default: the current one)', optional: true },
  ],
  options: { json: { type: 'flag', help: 'list as JSON' } },
  examples: ['kinograph plugins', 'kinograph plugins test film-grain', 'kinograph plugins check'],
})

export const createPluginSpec = defineCommand({
  name: 'create-plugin',
  summary: 'Write a plugin that works, with a test, ready to be published.',
  operands: [{ name: 'NAME', help: 'the package\'s name, or a folder that ends with it' }],
  options: {},
  examples: ['kinograph create-plugin film-grain && cd film-grain && npm test'],
})

export const serveSpec = defineCommand({
  name: 'serve',
  summary: 'Run workflows over HTTP: a queue that survives, our API and ComfyUI\'s.',
  operands: [],
  options: {
    host: { type: 'text', value: 'ADDRESS', help: 'where to listen (default: 127.0.0.1; any other address demands a token)' },
    port: { type: 'text', value: 'PORT', help: 'default: 8188; 0 takes any that is free' },
    token: { type: 'text', value: 'TOKEN', help: 'who sends it may do everything; better as $KINOGRAPH_TOKEN, since others see command lines' },
    'allow-host': { type: 'list', value: 'NAME', help: 'a name under which the server is reached, by a reverse proxy for instance (may be repeated)' },
    'allow-origin': { type: 'list', value: 'ORIGIN', help: 'a page elsewhere that may change things: https://editor.example.org (may be repeated)' },
    'data-dir': { type: 'text', value: 'DIR', help: 'queue, history and uploads (default: kinograph-data)' },
    'output-dir': { type: 'text', value: 'DIR', help: 'where files are saved (default: output in the data folder)' },
    'input-dir': { type: 'text', value: 'DIR', help: 'where LoadImage finds its files, and uploads go (default: input in the data folder)' },
    'models-dir': modelsDir,
    device: { type: 'list', value: 'DEVICE', choices: ['cpu', 'cuda', 'webgpu'], help: 'where models run: cpu (default), cuda or webgpu; each has a worker (may be repeated)' },
    cache: { type: 'text', value: 'MODE', help: 'disk, memory (default), last, lru, lru:N or none' },
    'cache-dir': cacheDir,
    'cache-size': { type: 'text', value: 'SIZE', help: 'what results may take, such as 500MB (default: 10GB on the disk)' },
    'no-cache': { type: 'flag', help: 'the same as --cache none' },
    'drain-seconds': { type: 'text', value: 'SECONDS', help: 'what running jobs get at SIGTERM before they are interrupted, to go on later (default: 20)' },
    config: { type: 'text', value: 'FILE', help: 'settings (default: kinograph.config.json in the data folder)' },
  },
  examples: [
    'kinograph serve',
    'kinograph serve --data-dir /srv/kinograph --models-dir /srv/models --plugins ./plugins',
    'KINOGRAPH_TOKEN=… kinograph serve --host 0.0.0.0',
  ],
})
