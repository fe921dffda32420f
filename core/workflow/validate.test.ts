import { describe, expect, test } from 'vitest'
import { definitionMap, describeNode } from '../types/definition.ts'
import { defineNode } from '../types/node-type.ts'
import { port, portOf } from '../types/port.ts'
import { defineType } from '../types/value-type.ts'
import { problemText } from './problem.ts'
import { withSubgraphDefinitions } from './subgraphs.ts'
import { validateWorkflow } from './validate.ts'
import type { InputValue, Subgraph, Workflow, WorkflowNode } from './workflow.ts'

const isText = (value: unknown): value is string => typeof value === 'string'
const textType = (id: string) => defineType<string>({ id, check: isText, bytes: () => 0, store: 'recompute' })
const latent = portOf(textType('LATENT'))
const image = portOf(textType('IMAGE'))

const sampler = defineNode({
  type: 'Sampler',
  category: 'test',
  inputs: {
    steps: port.int({ default: 20, min: 1, max: 100 }),
    name: port.choice(['Euler', 'DDIM'], { default: 'Euler' }),
    latent: latent().optional(),
    id: port.hidden('node_id'),
  },
  outputs: { latent: latent(), count: port.int() },
  run: () => ({ latent: '', count: 0 }),
})
const decode = defineNode({
  type: 'VAEDecode',
  category: 'test',
  inputs: { samples: latent() },
  outputs: { image: image() },
  run: () => ({ image: '' }),
})
const save = defineNode({
  type: 'SaveImage',
  category: 'test',
  output: true,
  inputs: { images: image(), prefix: port.string() },
  outputs: {},
  run: () => ({}),
})
const definitions = definitionMap([sampler, decode, save].map((node) => describeNode(node)))

const node = (id: string, type: string, inputs: Record<string, InputValue> = {}): WorkflowNode => ({ id, type, inputs })
const from = (id: string, output: string | number) => ({ from: id, output })
const good = [
  node('1', 'Sampler'),
  node('2', 'VAEDecode', { samples: from('1', 'latent') }),
  node('3', 'SaveImage', { images: from('2', 0), prefix: 'x' }),
]
/** How a problem with the link of a wrong decoder begins. */
const samples = 'VAEDecode (node 9), input "samples":'
const problems = (...nodes: WorkflowNode[]) => validateWorkflow({ version: 1, nodes }, definitions)
const messages = (...nodes: WorkflowNode[]) => problems(...nodes).map(problemText)

describe('validateWorkflow', () => {
  //  1 ──► 2 ──► 3
  test('finds nothing wrong with a sound workflow', () => {
    expect(problems(...good)).toEqual([])
  })

  test.each<[string, WorkflowNode, string, string]>([
    ['an unknown type', node('9', 'Sampller'), 'missing_node_type',
      'Sampller (node 9): there is no node type "Sampller" here. Did you mean "Sampler"?'],
    ['a type that nothing resembles', node('9', 'WanVideo'), 'missing_node_type',
      'WanVideo (node 9): there is no node type "WanVideo" here. ' +
      'Install the plugin that provides it, or remove the node.'],
    ['a missing link', node('9', 'VAEDecode'), 'required_input_missing',
      `${samples} expected a link of type LATENT, got nothing. Connect an output of that type.`],
    ['a missing value', node('9', 'SaveImage', { images: from('2', 'image') }), 'required_input_missing',
      'SaveImage (node 9), input "prefix": expected a value of type STRING, got nothing. ' +
      'Give it a value or connect an output.'],
    ['a wrong type', node('9', 'VAEDecode', { samples: from('2', 'image') }), 'return_type_mismatch',
      `${samples} expected LATENT, got IMAGE from output "image" of VAEDecode (node 2). ` +
      'Connect an output of type LATENT.'],
    ['a wrong type by index', node('9', 'VAEDecode', { samples: from('1', 1) }), 'return_type_mismatch',
      `${samples} expected LATENT, got INT from output "count" of Sampler (node 1). Connect an output of type LATENT.`],
    ['a literal of a wrong type', node('9', 'Sampler', { steps: '20' }), 'invalid_input_type',
      'Sampler (node 9), input "steps": expected a whole number from 1 to 100, got "20".'],
    ['a literal where only links go', node('9', 'VAEDecode', { samples: 5 }), 'invalid_input_type',
      `${samples} expected a link from an output of type LATENT, got the value 5. Connect an output of that type.`],
    ['a number too small', node('9', 'Sampler', { steps: 0 }), 'value_smaller_than_min',
      'Sampler (node 9), input "steps": expected a whole number from 1 to 100, got 0. Set it to 1 or more.'],
    ['a number too big', node('9', 'Sampler', { steps: 101 }), 'value_bigger_than_max',
      'Sampler (node 9), input "steps": expected a whole number from 1 to 100, got 101. Set it to 100 or less.'],
    ['a choice that there is not', node('9', 'Sampler', { name: 'Heun' }), 'value_not_in_list',
      'Sampler (node 9), input "name": expected one of its choices, got "Heun". Choose one of: Euler, DDIM.'],
    ['a link to nowhere', node('9', 'VAEDecode', { samples: from('7', 'latent') }), 'bad_linked_input',
      `${samples} it is linked to node 7, which the workflow does not have. Connect it to a node that there is.`],
    ['an output that there is not', node('9', 'VAEDecode', { samples: from('1', 'latents') }), 'bad_linked_input',
      `${samples} it is linked to output "latents" of Sampler (node 1), which has no such output. ` +
      'There are the outputs latent, count.'],
    ['an index past the end', node('9', 'VAEDecode', { samples: from('1', 2) }), 'bad_linked_input',
      `${samples} it is linked to output 2 of Sampler (node 1), which has no such output. ` +
      'There are the outputs latent, count.'],
    ['an unknown input', node('9', 'Sampler', { stpes: 5 }), 'unknown_input',
      'Sampler (node 9), input "stpes": Sampler has no input of that name. Did you mean "steps"?'],
    ['an input that only the engine fills', node('9', 'Sampler', { id: 'x' }), 'unknown_input',
      'Sampler (node 9), input "id": Sampler has no input of that name. There are the inputs steps, name, latent.'],
    ['a link to itself', node('9', 'Sampler', { latent: from('9', 'latent') }), 'dependency_cycle',
      'Sampler (node 9): its result depends on itself: 9 → 9. Remove one of these links.'],
    ['an id that is taken', node('1', 'Sampler'), 'duplicate_node_id',
      'Sampler (node 1), nodes[3]: the id "1" is taken by a node before it. ' +
      'Give it another id, and change the links that mean it.'],
  ])('names %s', (_, wrong, code, message) => {
    const found = problems(...good, wrong)
    expect(found.map(problemText)).toEqual([message])
    expect(found[0]!.code).toBe(code)
  })

  test('reports everything at once, in the order of the file', () => {
    const found = problems(
      node('1', 'Sampler', { steps: 0, name: 'Heun', odd: 1 }),
      node('2', 'VAEDecode', { samples: from('1', 'count') }),
      node('3', 'SaveImage'),
    )
    expect(found.map(({ node: at, input, code }) => [at?.id, input, code])).toEqual([
      ['1', 'odd', 'unknown_input'],
      ['1', 'steps', 'value_smaller_than_min'],
      ['1', 'name', 'value_not_in_list'],
      ['2', 'samples', 'return_type_mismatch'],
      ['3', 'images', 'required_input_missing'],
      ['3', 'prefix', 'required_input_missing'],
    ])
  })

  //  a ──► b ──► c ──┐
  //  ▲               │        s gives to a, z reads from c; neither is part of it
  //  └───────────────┘
  test('gives the path of a cycle, and once only', () => {
    const loop = (id: string, source: string) => node(id, 'Sampler', { latent: from(source, 'latent') })
    const found = problems(...good, loop('a', 'c'), loop('b', 'a'), loop('c', 'b'), loop('z', 'c'))
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({ code: 'dependency_cycle', cycle: expect.arrayContaining(['a', 'b', 'c']) })
    expect(problemText(found[0]!)).toMatch(/depends on itself: (a → b → c → a|b → c → a → b|c → a → b → c)\./)
  })

  test('says when there is nothing to make, unless a missing type might have been it', () => {
    expect(messages(good[0]!)).toEqual([
      'the workflow has no output node, so there is nothing to make. ' +
        'Add a node that saves or shows something, such as SaveImage.',
    ])
    expect(problems(good[0]!, node('9', 'SaveEverything')).map(({ code }) => code)).toEqual(['missing_node_type'])
    expect(messages()).toHaveLength(1)
  })

  test('checks the parameters', () => {
    const parameters: Workflow['parameters'] = [
      { name: 'steps', node: '1', input: 'steps' },
      { name: 'steps', node: '1', input: 'name' },
      { name: 'other', node: '11', input: 'x' },
      { name: 'typo', node: '1', input: 'step' },
      { name: 'hidden', node: '1', input: 'id' },
    ]
    expect(validateWorkflow({ version: 1, parameters, nodes: good }, definitions).map(problemText)).toEqual([
      'two parameters are called "steps". Rename one of them.',
      'parameter "other" sets input "x" of node 11, which the workflow does not have. Correct or remove the parameter.',
      'parameter "typo" sets input "step" of node 1, which has no such input. Did you mean "steps"?',
      'parameter "hidden" sets input "id" of node 1, which has no such input. ' +
        'There are the inputs steps, name, latent.',
    ])
  })

  test('is not misled by names that every object has', () => {
    const odd = JSON.parse('{"__proto__": 1}')
    const found = problems(...good, node('__proto__', 'constructor'), node('9', 'Sampler', odd))
    expect(found.map(({ code, node: at }) => [code, at?.id])).toEqual([
      ['missing_node_type', '__proto__'],
      ['unknown_input', '9'],
    ])
  })

  test('stays quick when thousands of names are wrong', () => {
    const nodes = Array.from({ length: 10_000 }, (_, i) => node(`n${i}`, `Typo${i}`, { a: from(`m${i}`, 0) }))
    expect(problems(...nodes)).toHaveLength(10_000)
  })
})

test('a node that was written for a newer version of its type is refused, not guessed at', () => {
  const newer = { ...node('1', 'Sampler', { stepcount: 3 }), version: 2 }
  expect(messages(newer, ...good.slice(1))).toEqual([
    'Sampler (node 1): expected version 1 of Sampler or an older one, got version 2. A newer Kinograph wrote it; update to run it.',
  ])
})

describe('subgraphs', () => {
  const inside: Subgraph = {
    id: 'inner',
    name: 'Inner',
    inputs: [{ name: 'latent' }, { name: 'steps' }],
    outputs: [{ name: 'image', from: 'd', output: 'image' }],
    nodes: [
      node('s', 'Sampler', { latent: from('$inputs', 'latent'), steps: from('$inputs', 'steps') }),
      node('d', 'VAEDecode', { samples: from('s', 'latent') }),
    ],
  }
  const file = (more: Partial<Workflow>, ...nodes: WorkflowNode[]): Workflow => ({
    version: 1,
    nodes: [...nodes, node('save', 'SaveImage', { images: from('i', 'image'), prefix: 'x' })],
    subgraphs: [inside],
    ...more,
  })
  const told = (workflow: Workflow) => validateWorkflow(workflow, definitions).map(problemText)

  test('a sound one is sound, with parameters and outputs on the node that stands for it', () => {
    const parameters = [{ name: 'steps', node: 'i', input: 'steps' }]
    const outputs = [{ name: 'image', node: 'i', output: 'image' }]
    expect(told(file({ parameters, outputs }, node('i', 'subgraph:inner', { steps: 5 })))).toEqual([])
  })

  test('what is wrong inside is told where it is used, each link by what feeds it', () => {
    const nodes = [node('i', 'subgraph:inner', { steps: 500, latent: from('i', 'image') })]
    expect(told(file({}, ...nodes))).toEqual([
      'Sampler (node i/s), input "steps": expected a whole number from 1 to 100, got 500. Set it to 100 or less.',
      'Sampler (node i/s), input "latent": expected LATENT, got IMAGE from output "image" of VAEDecode (node i/d). ' +
        'Connect an output of type LATENT.',
      expect.stringContaining('its result depends on itself: i/'),
    ])
  })

  test('names of subgraphs, their sockets, and what is exposed are checked', () => {
    const twice = { ...inside, inputs: [...inside.inputs, { name: 'steps' }], nodes: [...inside.nodes, node('$inputs', 'Sampler')] }
    const parameters = [{ name: 'p', node: 'i', input: 'step' }]
    const outputs = [{ name: 'o', node: 'i', output: 'images' }, { name: 'o', node: 'j', output: 0 }]
    const workflow = file({ subgraphs: [twice, inside], parameters, outputs }, node('i', 'subgraph:inner'), node('k', 'subgraph:no'))
    expect(told(workflow)).toEqual([
      'subgraphs[0]: two inputs of subgraph "Inner" are called "steps". Rename one of them.',
      'Sampler (node $inputs), subgraphs[0]: inside a subgraph "$inputs" stands for its inputs. Give the node another id.',
      'subgraphs[1]: the id "inner" is taken by a subgraph before it. Give it another id.',
      'parameter "p" sets input "step" of node i, which has no such input. Did you mean "steps"?',
      'two outputs are called "o". Rename one of them.',
      'output "o" is "images" of node i, which has no such output. There is the output image.',
      expect.stringMatching(/^output "o" is 0 of node j, which the workflow does not have/),
      'subgraph:no (node k): the workflow has no subgraph "no". Remove the node, or add the subgraph to the file.',
    ])
  })

  test('one that holds itself is told once, with its path', () => {
    const loop = { ...inside, nodes: [...inside.nodes, node('again', 'subgraph:inner')] }
    expect(told(file({ subgraphs: [loop] }, node('i', 'subgraph:inner')))).toEqual([
      '"Inner" (subgraph:inner, node inner): the subgraph holds itself: inner → inner. ' +
        'Remove one of these nodes; a loop is made with Repeat, ForEach or While.',
    ])
  })

  test('their definitions say what they take and give', () => {
    const all = withSubgraphDefinitions(file({}), definitions)
    expect(all.get('subgraph:inner')).toMatchObject({
      title: 'Inner',
      output: false,
      inputs: [
        { name: 'latent', socket: 'LATENT', required: false },
        { name: 'steps', socket: 'INT', default: 20, min: 1, max: 100, required: false },
      ],
      outputs: [{ name: 'image', socket: 'IMAGE' }],
    })
  })

  test('an input that feeds two is described as the first by the definition, however the file orders them', () => {
    const both = (names: string[]): Subgraph => ({
      ...inside, inputs: [{ name: 'one' }], outputs: [],
      nodes: [node('s', 'Sampler', Object.fromEntries(names.map((name) => [name, from('$inputs', 'one')])))],
    })
    const described = (names: string[]) =>
      withSubgraphDefinitions(file({ subgraphs: [both(names)] }), definitions).get('subgraph:inner')!.inputs
    expect(described(['steps', 'latent'])).toEqual(described(['latent', 'steps']))
  })
  test('an input that feeds a place of a variadic one is described as that', () => {
    const all = definitionMap([...definitions.values(), describeNode(defineNode({
      type: 'Batch', category: 'test', inputs: { images: port.variadic(image()) }, outputs: {}, run: () => ({}),
    }))])
    const subgraph: Subgraph = { ...inside, inputs: [{ name: 'one' }], outputs: [], nodes: [node('b', 'Batch', { 'images.1': from('$inputs', 'one') })] }
    expect(withSubgraphDefinitions(file({ subgraphs: [subgraph] }), all).get('subgraph:inner')!.inputs).toEqual([{ name: 'one', socket: 'IMAGE', required: true }])
  })
})
