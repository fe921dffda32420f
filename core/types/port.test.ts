import { describe, expect, expectTypeOf, test } from 'vitest'
import { port, portOf, type PortValue } from './port.ts'
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
