import { describe, expect, test } from 'vitest'
import type { Json } from '../types/json.ts'
import { seedPolicy } from '../types/literal.ts'
import { parseWorkflow } from '../workflow/parse.ts'
import { validateWorkflow } from '../workflow/validate.ts'
import { inputOf, type InputValue, type Workflow, type WorkflowNode } from '../workflow/workflow.ts'
import { exportComfyApi } from './api-export.ts'
import { withoutVirtualNodes } from './resolve.ts'
import { classic, definitions, grouped, nested } from './testing/ui-files.ts'
import { exportComfyUi } from './ui-export.ts'
import { importComfyUi } from './ui-import.ts'

const inputsOf = (workflow: Workflow) => new Map(workflow.nodes.map((node) => [node.id, node.inputs]))

describe('the saved format', () => {
  const workflow = importComfyUi(classic, definitions)

  test('is sound by our schema', () => expect(parseWorkflow(JSON.stringify(workflow))).toEqual(workflow))

  //  4 Load ──► 12 Reroute ──► 3 KSampler ──► 20 Save         9 Primitive ─► 6.text, 6 ─► 3.positive
  //    └──────► 11 (bypass) ──────┘                           13 is muted, 14 a note
  test('comes in with links, widgets by name, modes, titles and places', () => {
    expect(Object.fromEntries(inputsOf(workflow))).toEqual({
      4: { name: 'a' },
      6: { text: { from: '9', output: 0 }, note: 'n' },
      9: { value: 'a red circle' },
      3: {
        model: { from: '12', output: 0 }, positive: { from: '6', output: 'conditioning' }, latent_image: { from: '11', output: 0 },
        seed: 156680208700286, steps: 20, cfg: 8, sampler_name: 'euler', denoise: 1,
      },
      12: { value: { from: '4', output: 'model' } },
      11: { from: { from: '4', output: 'model' } },
      13: { fps: 8, videopreview: { value: { hidden: false } } },
      14: { text: 'read me' },
      20: { samples: { from: '3', output: 'latent' } },
    })
    expect(workflow.nodes[1]).toMatchObject({ title: 'Prompt', position: [10, 20], size: [210, 46] })
    expect(workflow.nodes.flatMap(({ id, mode }) => (mode ? [[id, mode]] : []))).toEqual([['11', 'bypass'], ['13', 'mute']])
    expect(workflow.groups).toEqual([{ title: 'All', bounds: [0, 0, 500, 400], color: '#3f789e' }])
  })

  test('goes out as it came', () => expect(exportComfyUi(workflow, definitions)).toEqual(classic))

  test('goes out as it came even where no type is known', () => {
    expect(exportComfyUi(importComfyUi(classic))).toEqual(classic)
  })

  test('goes out to the API as ComfyUI would send it', () => {
    expect(exportComfyApi(workflow, definitions)).toEqual({
      3: {
        class_type: 'KSampler',
        inputs: { model: ['4', 0], positive: ['6', 0], seed: 156680208700286, steps: 20, cfg: 8, sampler_name: 'euler', denoise: 1 },
      },
      4: { class_type: 'Load', inputs: { name: 'a' } },
      6: { class_type: 'Encode', inputs: { text: 'a red circle', note: 'n' }, _meta: { title: 'Prompt' } },
      20: { class_type: 'Save', inputs: { samples: ['3', 0] } },
    })
  })

  test('edits of ours arrive: a literal, a link that goes, one that comes', () => {
    const edited: Workflow = {
      ...workflow,
      nodes: workflow.nodes.map((node): WorkflowNode => {
        if (node.id === '3') {
          const inputs = Object.fromEntries(Object.entries(node.inputs!).filter(([name]) => name !== 'latent_image'))
          return { ...node, inputs: { ...inputs, steps: { from: '11', output: 1 }, cfg: 3 } }
        }
        return node.id === '6' ? { ...node, inputs: { text: 'typed', note: 'n' } } : node
      }),
    }
    // What the API gives is JSON.
    const file = exportComfyUi(edited, definitions) as unknown as { nodes: { id: number; inputs: { name: string; link: number }[]; widgets_values: Json }[]; links: Json[]; last_link_id: number }
    const byId = new Map(file.nodes.map((node) => [node.id, node]))
    expect(byId.get(6)).toMatchObject({ inputs: [{ name: 'text', link: null }], widgets_values: ['typed', 'n'] })
    expect(byId.get(3)!.inputs.map(({ name, link }) => [name, link])).toEqual([['model', 6], ['positive', 2], ['latent_image', null], ['steps', 7]])
    expect(byId.get(3)!.widgets_values).toEqual([156680208700286, 'randomize', 20, 3, 'euler', 1])
    expect(file.links).toContainEqual([7, 11, 1, 3, 3, 'MODEL'])
    expect(file.links).not.toContainEqual(expect.arrayContaining([3, 11, 0]))
    expect(importComfyUi(exportComfyUi(edited, definitions), definitions).nodes[3]!.inputs).toEqual(edited.nodes[3]!.inputs)
  })

  test('reroutes, primitives and notes are gone for a run', () => {
    const runnable = withoutVirtualNodes(workflow, definitions)
    expect(inputsOf(runnable).get('3')!['model']).toEqual({ from: '4', output: 'model' })
    expect(inputsOf(runnable).get('6')!['text']).toBe('a red circle')
    expect([...inputsOf(runnable).keys()]).toEqual(['4', '6', '3', '11', '13', '20'])
  })
})

describe('seeds', () => {
  const sampler = (file: Json) => (file as unknown as { nodes: { type: string; widgets_values: Json[] }[] }).nodes // as ours writes it
    .find(({ type }) => type === 'KSampler')!
  const ours = (seed: Json): Workflow => ({ version: 1, nodes: [{ id: '1', type: 'KSampler', inputs: { seed: inputOf(seed), steps: 4 } }] })
  const cases: [Json, Json, string][] = [
    ['random', 0, 'randomize'], ['increment 43', 43, 'increment'], ['increment 0', 0, 'increment'], [43, 43, 'fixed'],
    ['increment 007', 'increment 007', 'fixed'],
  ]

  test.each(cases)('of ours: %j goes out as %j, %s, and comes back', (seed, number, control) => {
    const file = exportComfyUi(ours(seed), definitions)
    expect(sampler(file).widgets_values).toEqual([number, control, 4, 8, 'euler', 1])
    expect(importComfyUi(file, definitions)).toEqual(ours(seed))
  })

  test.each(cases)('%j in a node of theirs goes out as %j, %s, and comes back', (seed, number, control) => {
    const theirs = importComfyUi(classic, definitions)
    const nodes = theirs.nodes.map((node) => (node.type === 'KSampler' ? { ...node, inputs: { ...node.inputs, seed: inputOf(seed) } } : node))
    const file = exportComfyUi({ ...theirs, nodes }, definitions)
    // A number leaves the control as it was.
    const kept = seedPolicy(seed) ? control : 'randomize'
    expect(sampler(file).widgets_values).toEqual([number, kept, 20, 8, 'euler', 1])
    expect(importComfyUi(file, definitions).nodes.find(({ type }) => type === 'KSampler')!.inputs!['seed']).toBe(seed)
    expect(exportComfyUi(importComfyUi(file, definitions), definitions)).toEqual(file)
  })

  test.each([
    [['random'], [5, 'fixed'], { seed: 5 }], [['random'], [5, 'increment'], { seed: 'increment 5' }], [[7], [7, 'randomize'], { seed: 'random' }],
    [[7], [6, 'decrement'], { seed: 6 }], [[], [0, 'fixed'], {}], [[], [0, 'increment'], { seed: 'increment 0' }], [[], [9, 'fixed'], { seed: 9 }],
  ] as const)('%j becomes what is chosen in ComfyUI: %j', (seed, chosen, expected) => {
    const inputs: Record<string, InputValue> = seed.length > 0 ? { seed: seed[0]! } : {}
    const file = exportComfyUi({ version: 1, nodes: [{ id: '1', type: 'KSampler', inputs: { steps: 4, ...inputs } }] }, definitions)
    sampler(file).widgets_values.splice(0, 2, ...chosen)
    expect(importComfyUi(file, definitions).nodes[0]!.inputs).toEqual({ steps: 4, ...expected })
  })

  test('an input that ours leaves out and that is set in ComfyUI is set', () => {
    const file = exportComfyUi(ours(1), definitions)
    sampler(file).widgets_values.splice(3, 1, 2.5)
    expect(importComfyUi(file, definitions).nodes[0]!.inputs).toEqual({ seed: 1, steps: 4, cfg: 2.5 })
  })
})

describe('subgraphs', () => {
  const workflow = importComfyUi(nested, definitions)

  test('come in as ours, with each widget that is shown outside as an input', () => {
    expect(workflow.subgraphs).toMatchObject([{
      name: 'Text to latent',
      inputs: [{ name: 'model', type: 'MODEL' }, { name: 'text', type: 'STRING' }, { name: 'seed' }],
      outputs: [{ name: 'LATENT', from: '3', output: 'latent' }],
    }])
    expect(inputsOf(workflow).get('30')).toEqual({ model: { from: '4', output: 'model' }, text: 'outside', seed: 42 })
    expect(inputsOf(workflow).get('31')).toEqual({ model: { from: '4', output: 'model' }, text: 'inside', seed: 7 })
    expect(parseWorkflow(JSON.stringify(workflow))).toEqual(workflow)
    expect(validateWorkflow(workflow, definitions)).toEqual([])
  })

  test('go out as they came', () => {
    expect(exportComfyUi(workflow, definitions)).toEqual(nested)
    expect(exportComfyUi(importComfyUi(nested))).toEqual(nested)
  })

  test('go out to the API laid open', () => {
    expect(exportComfyApi(workflow, definitions)).toMatchObject({
      '30:6': { inputs: { text: 'outside' } },
      '30:3': { inputs: { seed: 42, model: ['4', 0], positive: ['30:6', 0] } },
      '31:6': { inputs: { text: 'inside' } },
      '31:3': { inputs: { seed: 7 } },
      20: { inputs: { samples: ['30:3', 0] } },
    })
  })
})

describe('group nodes', () => {
  const workflow = importComfyUi(grouped, definitions)

  test('come in as subgraphs with all that can be set', () => {
    expect(parseWorkflow(JSON.stringify(workflow))).toEqual(workflow)
    expect(inputsOf(workflow).get('2')).toEqual({
      '1.model': { from: '1', output: 'model' }, '0.text': 'outside', '0.note': '',
      '1.seed': 42, '1.steps': 5, '1.cfg': 8, '1.sampler_name': 'euler', '1.denoise': 1,
    })
    expect(inputsOf(workflow).get('3')).toEqual({ samples: { from: '2', output: '1.LATENT' } })
    expect(exportComfyApi({ ...workflow, nodes: workflow.nodes.slice(0, 3) }, definitions)).toEqual({
      1: { class_type: 'Load', inputs: { name: 'a' } },
      3: { class_type: 'Save', inputs: { samples: ['2:1', 0] } },
      '2:0': { class_type: 'Encode', inputs: { text: 'outside', note: '' } },
      '2:1': { class_type: 'KSampler', inputs: { model: ['1', 0], positive: ['2:0', 0], seed: 42, steps: 5, cfg: 8, sampler_name: 'euler', denoise: 1 } },
    })
  })

  //  [ Blur ──► Invert ] ──► Save        both give an IMAGE; the first one's is used inside
  test('do not show outside what goes on inside', () => {
    const slot = (name: string, link: number | null) => ({ name, type: 'IMAGE', link })
    const out = (links: number[]) => [{ name: 'IMAGE', type: 'IMAGE', links }]
    const inner = (type: string, index: number) => ({ id: -1, type, index, inputs: [slot('image', null)], outputs: out([]) })
    const file = {
      version: 0.4,
      nodes: [
        { id: 1, type: 'workflow/Two', inputs: [slot('image', null)], outputs: out([1]) },
        { id: 2, type: 'Save', inputs: [slot('images', 1)] },
      ],
      links: [[1, 1, 0, 2, 0, 'IMAGE']],
      extra: { groupNodes: { Two: { nodes: [inner('Blur', 0), inner('Invert', 1)], links: [[0, 0, 1, 0, 1, 'IMAGE']], external: [] } } },
    }
    const workflow = importComfyUi(file as unknown as Json) // JSON by its form
    expect(inputsOf(workflow).get('2')).toEqual({ images: { from: '1', output: '1.IMAGE' } })
  })

  test('whose values do not fit are kept, and not run with values at wrong places', () => {
    expect(workflow.nodes.slice(3).map(({ type }) => type)).toEqual(['workflow/Sample', 'workflow>Gone'])
    expect(validateWorkflow(workflow, definitions).map(({ code, node }) => [code, node?.id])).toEqual([['missing_node_type', '4'], ['missing_node_type', '5']])
  })

  test('go out as they came, values changed or not; as a subgraph when their inside has changed', () => {
    expect(exportComfyUi(workflow, definitions)).toEqual(grouped)
    const [load, sample, ...rest] = workflow.nodes
    const set: Workflow = { ...workflow, nodes: [load!, { ...sample!, inputs: { ...sample!.inputs, '1.seed': 43 } }, ...rest] }
    expect(exportComfyUi(set, definitions)).toMatchObject({ nodes: [{}, { type: 'workflow/Sample', widgets_values: ['outside', '', 43, 'randomize', 5, 8, 'euler', 1] }, {}, {}, {}] })
    const changed: Workflow = { ...workflow, subgraphs: workflow.subgraphs!.map((one) => ({ ...one, nodes: [...one.nodes, { id: '9', type: 'Note' }] })) }
    const back = importComfyUi(exportComfyUi(changed, definitions), definitions)
    expect(inputsOf(back)).toEqual(inputsOf(changed))
    expect(exportComfyApi({ ...back, nodes: back.nodes.slice(0, 3) }, definitions)).toEqual(exportComfyApi({ ...workflow, nodes: workflow.nodes.slice(0, 3) }, definitions))
  })
})

describe('attacks', () => {
  const file = (rest: object): Json => ({ version: 0.4, nodes: [], links: [], ...rest }) as unknown as Json // JSON by its form
  const inside = (id: string, type: string) => ({ id, name: id, nodes: [{ id: 1, type }], links: [], inputs: [], outputs: [] })

  test.each([
    ['nodes of no list', { nodes: 7 }, 'nodes: expected a list, got 7.'],
    ['a node of no object', { nodes: [7] }, 'nodes[0]: expected an object, got 7.'],
    ['a node without an id', { nodes: [{ type: 'A' }] }, 'nodes[0].id: expected a number or a text as the node\'s id, got nothing.'],
    ['a node without a type', { nodes: [{ id: 1 }] }, 'nodes[0].type: expected a node type, got nothing.'],
    ['two nodes of one id', { nodes: [{ id: 1, type: 'A' }, { id: '1', type: 'B' }] }, 'B (node 1), nodes[1]: the id 1 is taken'],
    ['a link that is none', { links: [[1, 2]] }, 'links[0] ("[1,2]"): expected a link of id, origin'],
    ['a negative slot', { links: [[1, 2, -1, 3, 0, '*']] }, 'expected a link'],
    ['sockets of no list', { nodes: [{ id: 1, type: 'A', inputs: {} }] }, 'A (node 1), inputs: expected a list, got an object.'],
    ['widgets of no kind', { nodes: [{ id: 1, type: 'A', widgets_values: 'x' }] }, 'A (node 1), widgets_values: expected an object, got "x".'],
    ['two subgraphs of one id', { definitions: { subgraphs: [inside('a', 'A'), inside('a', 'A')] } }, 'two subgraphs have the id "a"'],
    ['a group of no size', { groups: [{ title: 'x', bounding: [1] }] }, 'groups[0]: expected four numbers as the group\'s bounding, got a list of 1.'],
  ])('%s', (_, rest, message) => expect(() => importComfyUi(file(rest))).toThrow(message))

  test('a subgraph in terms of itself comes in, and is refused with its path where it would be laid open', () => {
    const circle = file({ nodes: [{ id: 1, type: 'a' }], definitions: { subgraphs: [inside('a', 'b'), inside('b', 'a')] } })
    const workflow = importComfyUi(circle)
    expect(() => exportComfyApi(workflow)).toThrow('the subgraph holds itself: ')
    expect(validateWorkflow(workflow, definitions).map(({ code }) => code)).toContain('subgraph_recursion')
  })

  test('links to nowhere, to outputs that there are not, and names such as __proto__', () => {
    const odd = JSON.parse('{"version":0.4,"nodes":[{"id":"__proto__","type":"constructor","inputs":[{"name":"__proto__","type":"*","link":1},' +
      '{"name":"toString","type":"*","link":2},{"name":"x","type":"*","link":99}],"widgets_values":{"__proto__":1,"valueOf":2}}],' +
      '"links":[[1,"constructor",0,"__proto__",0,"*"],[2,"__proto__",9007199254740991,"__proto__",1,"*"]]}') as Json
    const workflow = importComfyUi(odd)
    expect(Object.entries(workflow.nodes[0]!.inputs!)).toEqual([
      ['__proto__', { from: 'constructor', output: 0 }], ['toString', { from: '__proto__', output: 2 ** 53 - 1 }], ['valueOf', 2],
    ])
    const out = JSON.parse(JSON.stringify(exportComfyUi(workflow))) as { links: Json }
    expect(out.links).toEqual([[1, 'constructor', 0, '__proto__', 0, '*'], [2, '__proto__', 9007199254740991, '__proto__', 1, '*']])
    expect(({} as Record<string, unknown>)['valueOf']).toBe(Object.prototype.valueOf)
  })

  test('a hundred thousand nodes take time in proportion', () => {
    const time = (count: number) => {
      const nodes = Array.from({ length: count }, (_, id) => ({
        id, type: 'Encode', inputs: [{ name: 'text', type: 'STRING', link: id || null, widget: { name: 'text' } }],
        outputs: [{ name: 'out', type: 'STRING', links: [id + 1] }], widgets_values: ['x', ''],
      }))
      const links = nodes.slice(1).map(({ id }) => [id, id - 1, 0, id, 0, 'STRING'])
      const start = performance.now()
      const workflow = importComfyUi(file({ nodes, links }), definitions)
      exportComfyUi(workflow, definitions)
      exportComfyApi(workflow, definitions)
      return performance.now() - start
    }
    time(5_000)
    const small = time(20_000)
    expect(time(100_000)).toBeLessThan(Math.max(small, 100) * 15)
  }, 30_000)
})
