/** Node types for tests of the graph: one of each manner of socket. */
import { definitionMap, describeNode } from '../../../core/types/definition.ts'
import { defineNode } from '../../../core/types/node-type.ts'
import { port, portOf } from '../../../core/types/port.ts'
import { defineType } from '../../../core/types/value-type.ts'

const isText = (value: unknown): value is string => typeof value === 'string'
const socket = (id: string) => portOf(defineType<string>({ id, check: isText, bytes: () => 0, store: 'recompute' }))
const [model, clip, latent, image, text] = [socket('MODEL'), socket('CLIP'), socket('LATENT'), socket('IMAGE'), socket('CONDITIONING')]
const run = () => { throw new Error('Only the definition is used.') }

export const definitions = definitionMap([
  defineNode({ type: 'LoadModel', category: 'loaders', title: 'Load model', summary: 'Reads a model.', inputs: { name: port.choice(['tiny', 'large']) }, outputs: { model: model(), clip: clip() }, run }),
  defineNode({ type: 'TextEncode', category: 'text', inputs: { clip: clip(), text: port.string({ multiline: true, dynamicPrompt: true, default: '' }) }, outputs: { conditioning: text() }, run }),
  defineNode({ type: 'EmptyLatent', category: 'latent', inputs: { width: port.int({ default: 512, min: 8, max: 4096, step: 8 }), height: port.int({ default: 512, min: 8, max: 4096, step: 8 }) }, outputs: { latent: latent() }, run }),
  defineNode({
    type: 'Sampler', category: 'sampling', summary: 'Takes noise away, step by step.',
    inputs: {
      model: model(), positive: text(), latent: latent().optional(), seed: port.seed(), steps: port.int({ default: 20, min: 1, max: 10_000 }),
      cfg: port.float({ default: 7, min: 0, max: 100, step: 0.1, round: 0.01 }), scheduler: port.choice(['euler', 'ddim'], { default: 'euler' }),
      tile: port.boolean({ default: false, labelOn: 'tiled', labelOff: 'whole', socketless: true }),
    },
    outputs: { latent: latent() }, run,
  }),
  defineNode({ type: 'Decode', category: 'latent', inputs: { latent: latent() }, outputs: { image: image() }, run }),
  defineNode({ type: 'ImageScale', category: 'image', inputs: { image: image(), factor: port.float({ default: 2, forceInput: true }) }, outputs: { image: image() }, run }),
  defineNode({ type: 'Batch', category: 'image', inputs: { images: port.variadic(image(), { max: 4 }) }, outputs: { image: image() }, run }),
  defineNode({ type: 'Switch', category: 'logic', inputs: { on: port.boolean({ default: true }), a: port.any().optional(), b: port.any().optional() }, outputs: { value: port.any() }, run }),
  defineNode({ type: 'Save', category: 'image', output: true, inputs: { image: image(), prefix: port.string({ default: 'kinograph' }) }, outputs: {}, run }),
  defineNode({ type: 'Login', category: 'values', inputs: { key: port.string({ secret: true }) }, outputs: { text: port.string() }, run }),
  defineNode({ type: 'Pick', category: 'values', inputs: { several: port.list(port.choice(['a', 'b', 'c'])), numbers: port.list(port.float()) }, outputs: { numbers: port.float().each() }, run }),
  defineNode({ type: 'PrimitiveInt', category: 'values', title: 'Whole number', inputs: { value: port.int({ default: 0 }) }, outputs: { INT: port.int() }, run }),
  defineNode({ type: 'PrimitiveFloat', category: 'values', title: 'Number', inputs: { value: port.float({ default: 0 }) }, outputs: { FLOAT: port.float() }, run }),
  defineNode({ type: 'PrimitiveString', category: 'values', title: 'Text', inputs: { value: port.string({ default: '' }) }, outputs: { STRING: port.string() }, run }),
  defineNode({ type: 'PrimitiveBoolean', category: 'values', title: 'Yes or no', inputs: { value: port.boolean({ default: false }) }, outputs: { BOOLEAN: port.boolean() }, run }),
  defineNode({ type: 'PrimitiveNode', category: 'values', title: 'Value', inputs: { value: port.any() }, outputs: { value: port.any() }, run }),
  defineNode({ type: 'Reroute', category: 'layout', inputs: { value: port.any() }, outputs: { value: port.any() }, run }),
  defineNode({ type: 'Note', category: 'layout', inputs: { text: port.string({ default: '', multiline: true }) }, outputs: {}, run }),
  defineNode({ type: 'Inner', category: 'values', internal: true, inputs: { id: port.hidden('node_id') }, outputs: { value: port.int() }, run }),
].map((node) => describeNode(node, 'kinograph')))
