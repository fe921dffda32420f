/** What each command of `kinograph` takes. Help, parsing and the table of commands in the documentation come from here. */
import { defineCommand } from './arguments.ts'

const modelsDir = {
  type: 'text', value: 'DIR',
  help: 'weights in EasyAnimate\'s layout (default: models, or $KINOGRAPH_MODELS_DIR; the embedded model is always found)',
} as const
const inputDir = { type: 'text', value: 'DIR', help: 'where LoadImage finds its files (default: the workflow\'s folder)' } as const
const json = { type: 'flag', help: 'print JSON and nothing else on stdout' } as const

export const runSpec = defineCommand({
  name: 'run',
  summary: 'Run a workflow and save what it makes.',
  operands: [{ name: 'WORKFLOW', help: 'a workflow (.json), or an mp4 or png that kinograph made' }],
  options: {
    set: { type: 'list', value: 'NODE.INPUT=VALUE', help: 'give a node\'s input another value (may be repeated)' },
    device: { type: 'text', value: 'DEVICE', choices: ['cpu', 'cuda', 'webgpu'], help: 'where models run: cpu (default), cuda or webgpu' },
    out: { type: 'text', value: 'DIR', help: 'where files are saved (default: output)' },
    'models-dir': modelsDir,
    'input-dir': inputDir,
    json: { type: 'flag', help: 'print the run\'s events as JSON lines and nothing else on stdout' },
    quiet: { type: 'flag', help: 'print only where the files are' },
  },
  openOptions: 'PARAMETER=VALUE',
  examples: [
    'kinograph run workflows/text-to-video.json --prompt "a large blue star spins on a black background" --seed 7',
    'kinograph run workflows/text-to-video.json --set sampler.steps=30 --out clips',
    'kinograph run output/video_00001.mp4 --seed 8',
  ],
})

export const validateSpec = defineCommand({
  name: 'validate',
  summary: 'Say everything that is wrong with a workflow, without running it.',
  operands: [{ name: 'WORKFLOW', help: 'a workflow (.json), or an mp4 or png that kinograph made' }],
  options: {
    set: { type: 'list', value: 'NODE.INPUT=VALUE', help: 'give a node\'s input another value (may be repeated)' },
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
  operands: [{ name: 'WORKFLOW', help: 'a workflow of Kinograph or ComfyUI (.json), or an mp4, png or webp that either made' }],
  options: {
    to: {
      type: 'text', value: 'FORMAT', choices: ['comfy-api', 'comfy-ui', 'kinograph'],
      help: 'comfy-api (for its server), comfy-ui (for its editor) or kinograph (default)',
    },
    output: { type: 'text', value: 'FILE', help: 'the file to write, also -o FILE (default: print it)' },
    set: { type: 'list', value: 'NODE.INPUT=VALUE', help: 'give a node\'s input another value (may be repeated)' },
    'models-dir': modelsDir,
  },
  openOptions: 'PARAMETER=VALUE',
  examples: [
    'kinograph export workflows/text-to-video.json --to comfy-api --output prompt.json',
    'kinograph export ComfyUI_00001_.png --output workflow.json',
  ],
})
