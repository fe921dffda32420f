import { describe, expect, expectTypeOf, test } from 'vitest'
import { describeNode, type InputDefinition } from './definition.ts'
import { literalProblem } from './literal.ts'
import { defineNode } from './node-type.ts'
import { port, portOf, type Port, type PortValue } from './port.ts'
import { defineType } from './value-type.ts'

interface Mesh {
  readonly vertices: number
}

const MESH = defineType<Mesh>({
  id: 'MESH',
  check: (value): value is Mesh => typeof value === 'object' && value !== null && 'vertices' in value,
  bytes: ({ vertices }) => 12 * vertices,
  store: 'recompute',
})

describe('ports', () => {
  test('can be extended by types of one\'s own, with their values inferred', () => {
    const extended = { ...port, mesh: portOf(MESH) }
    const mesh = extended.mesh({ tooltip: 'The shape.' })
    expectTypeOf<PortValue<typeof mesh>>().toEqualTypeOf<Mesh>()
    expect(mesh.data).toEqual({ tooltip: 'The shape.' })
    expect([mesh.accepts({ vertices: 3 }), mesh.accepts('mesh')]).toEqual([true, false])
    // @ts-expect-error a value that only links carry has no default
    expect(portOf(MESH)({ default: { vertices: 1 } }).data.default).toBeDefined()
  })

  test('become optional without losing what they take', () => {
    const maybe = port.int({ min: 1 }).optional()
    expectTypeOf<PortValue<typeof maybe>>().toEqualTypeOf<number | undefined>()
    expect(maybe).toMatchObject({ isOptional: true, data: { min: 1 } })
    expect(port.choice(() => ['a']).optional().computeChoices).toBeDefined()
  })

  test('of lists and unions take what their members take', () => {
    const meshes = port.list(portOf(MESH)())
    expectTypeOf<PortValue<typeof meshes>>().toEqualTypeOf<readonly Mesh[]>()
    expect([meshes.accepts([{ vertices: 1 }]), meshes.accepts([1])]).toEqual([true, false])
    const either = port.union([portOf(MESH)(), port.string()])
    expectTypeOf<PortValue<typeof either>>().toEqualTypeOf<Mesh | string>()
    expect([either.accepts('x'), either.accepts({ vertices: 1 }), either.accepts(1)]).toEqual([true, true, false])
    expect(either.type.socket).toEqual({ anyOf: ['MESH', 'STRING'] })
  })

  test('of lists do not inherit the default of one item', () => {
    expect(port.list(port.int({ default: 3, min: 1 })).data).toEqual({ min: 1 })
  })

  test('for seeds take whole numbers from 0 on', () => {
    expect(port.seed().data).toEqual({ default: 0, min: 0, max: Number.MAX_SAFE_INTEGER, seed: true })
  })
})

describe('what ComfyUI\'s first schema says of an input is data of ours', () => {
  const described = (input: Port<unknown>) => {
    const { inputs: [one] } = describeNode(defineNode({ type: 'N', category: '', inputs: { it: input }, outputs: {}, run: () => ({}) }))
    const { name: _name, socket: _socket, ...data } = JSON.parse(JSON.stringify(one)) as InputDefinition
    return data
  }

  // forceInput, lazy, rawLink, tooltip, socketless, widgetType, advanced: of any input
  test.each<[string, Port<unknown>, object]>([
    ['default, min, max, step, round, display', port.float({ default: 1, min: 0, max: 2, step: 0.1, round: 0.01, display: 'slider' }), { default: 1, min: 0, max: 2, step: 0.1, round: 0.01, display: 'slider' }],
    ['round: False', port.float({ round: false }), { round: false }],
    ['control_after_generate', port.int({ controlAfterGenerate: true }), { controlAfterGenerate: true }],
    ['multiline, dynamicPrompts', port.string({ multiline: true, dynamicPrompt: true }), { multiline: true, dynamicPrompt: true }],
    ['label_on, label_off', port.boolean({ labelOn: 'yes', labelOff: 'no' }), { labelOn: 'yes', labelOff: 'no' }],
    ['image_upload', port.choice(() => [], { upload: 'image' }), { computed: true, upload: 'image' }],
    ['remote', port.choice([], { remote: { route: '/models', refresh: 5000, refreshButton: true, timeout: 100, maxRetries: 2, controlAfterRefresh: 'first' } }),
      { choices: [], remote: { route: '/models', refresh: 5000, refreshButton: true, timeout: 100, maxRetries: 2, controlAfterRefresh: 'first' } }],
    ['forceInput, socketless, widgetType, tooltip, advanced', port.string({ forceInput: true, socketless: true, widgetType: 'COLOR', tooltip: 't', advanced: true }),
      { forceInput: true, socketless: true, widgetType: 'COLOR', tooltip: 't', advanced: true }],
    ['lazy', port.int().lazy(), { lazy: true }],
    ['rawLink', port.rawLink(), { rawLink: true }],
    ['hidden', port.hidden('metadata'), { hidden: 'metadata', required: false }],
    ['multi_select', port.list(port.choice(['a', 'b'])), { choices: ['a', 'b'] }],
  ])('%s', (_, input, expected) => expect(described(input)).toEqual({ required: true, ...('default' in expected && { required: false }), ...expected }))

  test('several of a choice are each checked', () => {
    const input = { name: 'it', required: true, socket: { list: 'COMBO' }, choices: ['a', 'b'] }
    expect(literalProblem(input, ['a', 'b', 'a'])).toBeUndefined()
    expect(literalProblem(input, ['a', 'c'])).toMatchObject({ code: 'value_not_in_list', problem: 'item 2 of 2: expected one of its choices, got "c"' })
    expect(literalProblem({ ...input, socket: { list: 'INT' }, max: 5 }, [6])).toMatchObject({ code: 'value_bigger_than_max' })
  })
})
