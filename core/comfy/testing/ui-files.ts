/** Files as ComfyUI saves them, written by hand after its documentation. */
import { definitionMap, describeNode } from '../../types/definition.ts'
import { defineNode } from '../../types/node-type.ts'
import { port, portOf } from '../../types/port.ts'
import { defineType } from '../../types/value-type.ts'
import type { Json } from '../../types/json.ts'

const isText = (value: unknown): value is string => typeof value === 'string'
const linked = (id: string) => portOf(defineType<string>({ id, check: isText, bytes: () => 0, store: 'recompute' }))
const model = linked('MODEL')
const conditioning = linked('CONDITIONING')
const latent = linked('LATENT')
const run = () => { throw new Error('not for running') }

/** Node types of the files, as far as they are known. */
export const definitions = definitionMap([
  defineNode({
    type: 'KSampler', category: 'test',
    inputs: {
      model: model(), seed: port.seed(), steps: port.int({ default: 20, min: 1 }), cfg: port.float({ default: 8 }),
      sampler_name: port.choice(['euler', 'fixed'], { default: 'euler' }), positive: conditioning(),
      latent_image: latent().optional(), denoise: port.float({ default: 1 }),
    },
    outputs: { latent: latent() }, run,
  }),
  defineNode({ type: 'Encode', category: 'test', inputs: { text: port.string(), note: port.string({ default: '' }) }, outputs: { conditioning: conditioning() }, run }),
  defineNode({ type: 'Load', category: 'test', inputs: { name: port.choice(['a', 'b']) }, outputs: { model: model(), extra: latent() }, run }),
  defineNode({ type: 'Save', category: 'test', output: true, inputs: { samples: latent() }, outputs: {}, run }),
].map((node) => describeNode(node)))

const node = (id: number | string, type: string, rest: object): object =>
  ({ id, type, pos: [10, 20], size: [210, 46], flags: {}, order: 0, mode: 0, properties: { 'Node name for S&R': type }, ...rest })

/** A converted widget fed by a primitive, a reroute, notes, a group, a bypassed node, and a type nobody knows. */
export const classic = {
  last_node_id: 20,
  last_link_id: 31,
  nodes: [
    node(4, 'Load', { outputs: [{ name: 'MODEL', type: 'MODEL', links: [1, 5], slot_index: 0 }, { name: 'EXTRA', type: 'LATENT', links: null }], widgets_values: ['a'] }),
    node(6, 'Encode', {
      title: 'Prompt', color: '#232', bgcolor: '#353',
      inputs: [{ name: 'text', type: 'STRING', link: 7, widget: { name: 'text' } }],
      outputs: [{ name: 'CONDITIONING', type: 'CONDITIONING', links: [2] }], widgets_values: ['hidden below the link', 'n'],
    }),
    node(9, 'PrimitiveNode', {
      outputs: [{ name: 'STRING', type: 'STRING', links: [7], widget: { name: 'text' } }], widgets_values: ['a red circle', 'fixed'],
    }),
    node(3, 'KSampler', {
      inputs: [
        { name: 'model', type: 'MODEL', link: 6 }, { name: 'positive', type: 'CONDITIONING', link: 2 },
        { name: 'latent_image', type: 'LATENT', link: 3 },
      ],
      outputs: [{ name: 'LATENT', type: 'LATENT', links: [4], slot_index: 0 }],
      widgets_values: [156680208700286, 'randomize', 20, 8, 'euler', 1],
    }),
    node(12, 'Reroute', { inputs: [{ name: '', type: '*', link: 5 }], outputs: [{ name: '', type: 'MODEL', links: [6] }] }),
    node(11, 'WanVideo', {
      mode: 4, properties: { cnr_id: 'wan', ver: '1.2' },
      inputs: [{ name: 'from', type: 'MODEL', link: 1 }, { name: 'mask', type: 'LATENT', link: null }],
      outputs: [{ name: 'LATENT', type: 'LATENT', links: [3] }, { name: 'MODEL', type: 'MODEL', links: [] }], widgets_values: [1, 'x', [2, 3], null],
    }),
    node(13, 'VHS_Combine', { mode: 2, widgets_values: { fps: 8, videopreview: { hidden: false } } }),
    node(14, 'Note', { widgets_values: ['read me'] }),
    node(20, 'Save', { inputs: [{ name: 'samples', type: 'LATENT', link: 4 }] }),
  ],
  links: [
    [1, 4, 0, 11, 0, 'MODEL'], [2, 6, 0, 3, 1, 'CONDITIONING'], [3, 11, 0, 3, 2, 'LATENT'], [4, 3, 0, 20, 0, 'LATENT'],
    [5, 4, 0, 12, 0, '*'], [6, 12, 0, 3, 0, 'MODEL'], [7, 9, 0, 6, 0, 'STRING'],
  ],
  groups: [{ id: 1, title: 'All', bounding: [0, 0, 500, 400], color: '#3f789e', font_size: 24, flags: {} }],
  config: {},
  extra: {
    ds: { scale: 0.8, offset: [1, 2] },
    linkExtensions: [{ id: 4, parentId: 2 }],
    reroutes: [{ id: 1, pos: [5, 5], linkIds: [4] }, { id: 2, parentId: 1, pos: [6, 6], linkIds: [4] }],
  },
  version: 0.4,
} as unknown as Json // written out above as plain JSON

const UUID = '82187329-39e2-40fd-ac5b-4554be4b2cec'

/** A subgraph that stands twice, with widgets shown outside in both ways, and an output that nothing gives. */
export const nested = {
  id: '00000000-0000-0000-0000-000000000001',
  revision: 0,
  last_node_id: 40,
  last_link_id: 60,
  nodes: [
    node(30, UUID, {
      inputs: [{ name: 'model', type: 'MODEL', link: 50 }, { name: 'text', type: 'STRING', widget: { name: 'text' }, link: null }],
      outputs: [{ name: 'LATENT', type: 'LATENT', links: [51] }, { name: 'unused', type: 'LATENT', links: [] }],
      properties: { proxyWidgets: [['-1', 'text'], ['3', 'seed']] },
      widgets_values: ['outside', 42],
    }),
    node(31, UUID, {
      inputs: [{ name: 'model', type: 'MODEL', link: 52 }, { name: 'text', type: 'STRING', widget: { name: 'text' }, link: null }],
      outputs: [{ name: 'LATENT', type: 'LATENT', links: null }, { name: 'unused', type: 'LATENT', links: null }],
      properties: { proxyWidgets: [] }, widgets_values: [],
    }),
    node(4, 'Load', { outputs: [{ name: 'MODEL', type: 'MODEL', links: [50, 52] }], widgets_values: ['a'] }),
    node(20, 'Save', { inputs: [{ name: 'samples', type: 'LATENT', link: 51 }] }),
  ],
  links: [[50, 4, 0, 30, 0, 'MODEL'], [51, 30, 0, 20, 0, 'LATENT'], [52, 4, 0, 31, 0, 'MODEL']],
  groups: [],
  definitions: {
    subgraphs: [{
      id: UUID, version: 1, revision: 0, name: 'Text to latent', config: {},
      state: { lastGroupId: 0, lastNodeId: 40, lastLinkId: 60, lastRerouteId: 0 },
      inputNode: { id: -10, bounding: [-200, 0, 120, 80] }, outputNode: { id: -20, bounding: [800, 0, 120, 80] },
      inputs: [
        { id: 'a0000000-0000-4000-8000-000000000001', name: 'model', type: 'MODEL', linkIds: [1], pos: [-100, 20] },
        { id: 'a0000000-0000-4000-8000-000000000002', name: 'text', type: 'STRING', linkIds: [2], label: 'prompt' },
      ],
      outputs: [
        { id: 'a0000000-0000-4000-8000-000000000003', name: 'LATENT', type: 'LATENT', linkIds: [4] },
        { id: 'a0000000-0000-4000-8000-000000000004', name: 'unused', type: 'LATENT', linkIds: [] },
      ],
      widgets: [],
      nodes: [
        node(6, 'Encode', {
          inputs: [{ name: 'text', type: 'STRING', widget: { name: 'text' }, link: 2 }, { name: 'note', type: 'STRING', widget: { name: 'note' }, link: null }],
          outputs: [{ name: 'CONDITIONING', type: 'CONDITIONING', links: [3] }], widgets_values: ['inside', ''],
        }),
        node(3, 'KSampler', {
          inputs: [{ name: 'model', type: 'MODEL', link: 1 }, { name: 'positive', type: 'CONDITIONING', link: 3 }],
          outputs: [{ name: 'LATENT', type: 'LATENT', links: [4] }], widgets_values: [7, 'fixed', 20, 8, 'euler', 1],
        }),
      ],
      groups: [],
      links: [
        { id: 1, origin_id: -10, origin_slot: 0, target_id: 3, target_slot: 0, type: 'MODEL' },
        { id: 2, origin_id: -10, origin_slot: 1, target_id: 6, target_slot: 0, type: 'STRING' },
        { id: 3, origin_id: 6, origin_slot: 0, target_id: 3, target_slot: 1, type: 'CONDITIONING', parentId: 9 },
        { id: 4, origin_id: 3, origin_slot: 0, target_id: -20, target_slot: 0, type: 'LATENT' },
      ],
      extra: { workflowRendererVersion: 'LG' },
    }],
  },
  config: {},
  extra: {},
  version: 0.4,
} as unknown as Json // written out above as plain JSON

/** A group node: an encoder and a sampler packed, the sampler's model and seed from outside, the text from inside. */
export const grouped = {
  last_node_id: 9,
  last_link_id: 9,
  nodes: [
    node(1, 'Load', { outputs: [{ name: 'MODEL', type: 'MODEL', links: [1] }], widgets_values: ['a'] }),
    node(2, 'workflow/Sample', {
      inputs: [{ name: 'model', type: 'MODEL', link: 1 }, { name: 'KSampler latent_image', type: 'LATENT', link: null }],
      outputs: [{ name: 'KSampler LATENT', type: 'LATENT', links: [2] }],
      widgets_values: ['outside', '', 42, 'randomize', 5, 8, 'euler', 1],
    }),
    node(3, 'Save', { inputs: [{ name: 'samples', type: 'LATENT', link: 2 }] }),
    node(4, 'workflow/Sample', { widgets_values: ['too few'] }),
    node(5, 'workflow>Gone', { widgets_values: [1] }),
  ],
  links: [[1, 1, 0, 2, 0, 'MODEL'], [2, 2, 0, 3, 0, 'LATENT']],
  groups: [],
  config: {},
  extra: {
    groupNodes: {
      Sample: {
        nodes: [
          { type: 'Encode', pos: [0, 0], size: [1, 1], flags: {}, order: 0, mode: 0, index: 0, outputs: [{ name: 'CONDITIONING', type: 'CONDITIONING', links: [] }], widgets_values: ['inside', ''] },
          {
            type: 'KSampler', pos: [0, 0], size: [1, 1], flags: {}, order: 1, mode: 0, index: 1,
            inputs: [
              { name: 'model', type: 'MODEL', link: null }, { name: 'positive', type: 'CONDITIONING', link: null },
              { name: 'latent_image', type: 'LATENT', link: null },
            ],
            outputs: [{ name: 'LATENT', type: 'LATENT', links: [] }], widgets_values: [7, 'fixed', 20, 8, 'euler', 1],
          },
        ],
        links: [[0, 0, 1, 1, 6, 'CONDITIONING'], [null, 0, 1, 0, 4, 'MODEL']],
        external: [[1, 0, 'LATENT']],
      },
    },
  },
  version: 0.4,
} as unknown as Json // written out above as plain JSON
