import { describe, expect, expectTypeOf, test } from 'vitest'
import { defineNode, type NodeType } from './node-type.ts'
import { port, portOf, type PortValue } from './port.ts'
import { defineService } from './service.ts'
import { defineType } from './value-type.ts'

interface Picture {
  readonly width: number
  readonly pixels: Uint8Array
}

const PICTURE = defineType<Picture>({
  id: 'PICTURE',
  check: (value): value is Picture => typeof value === 'object' && value !== null && 'pixels' in value,
  bytes: (value) => value.pixels.byteLength,
  store: 'recompute',
})
const picture = portOf(PICTURE)
const GREETER = defineService<{ greet(): string }>('greeter')

const scale = defineNode({
  type: 'Scale',
  category: 'image',
  inputs: {
    image: picture(),
    method: port.choice(['near', 'far']),
    times: port.int({ default: 2, min: 1, max: 64 }),
    mask: picture().optional(),
    many: port.list(picture()),
    either: port.union([picture(), port.string()]),
    id: port.hidden('node_id'),
  },
  outputs: { image: picture(), count: port.int() },
  run({ image, method, times, mask, many, either, id }, context) {
    expectTypeOf(image).toEqualTypeOf<Picture>()
    expectTypeOf(method).toEqualTypeOf<'near' | 'far'>()
    expectTypeOf(times).toEqualTypeOf<number>()
    expectTypeOf(mask).toEqualTypeOf<Picture | undefined>()
    expectTypeOf(many).toEqualTypeOf<readonly Picture[]>()
    expectTypeOf(either).toEqualTypeOf<Picture | string>()
    expectTypeOf(id).toEqualTypeOf<string>()
    expectTypeOf(context.use(GREETER).greet()).toEqualTypeOf<string>()
    // @ts-expect-error an output that is not declared can't be published
    context.publish({ picture: image })
    // @ts-expect-error a number is no picture
    context.publish({ image: 3 })
    return { image, count: times }
  },
})

describe('defineNode infers', () => {
  test('what run gets and gives', () => {
    expectTypeOf(scale.run).parameter(0).toHaveProperty('times').toEqualTypeOf<number>()
    expectTypeOf<PortValue<typeof scale.outputs.image>>().toEqualTypeOf<Picture>()
    expectTypeOf(scale).toExtend<NodeType>()
  })

  test('that a wrong name or type does not compile', () => {
    const common = { category: 'image', inputs: { image: picture() }, outputs: { image: picture() } } as const
    const wrong = [
      // @ts-expect-error the output is called image
      defineNode({ ...common, type: 'WrongName', run: ({ image }) => ({ picture: image }) }),
      // @ts-expect-error a number is no picture
      defineNode({ ...common, type: 'WrongType', run: () => ({ image: 3 }) }),
      // @ts-expect-error the same, from an async function
      defineNode({ ...common, type: 'WrongPromise', run: async () => ({ image: 3 }) }),
      // @ts-expect-error the input is called image
      defineNode({ ...common, type: 'WrongInput', run: ({ images }) => ({ image: images }) }),
      defineNode({
        ...common,
        type: 'WrongComplaint',
        // @ts-expect-error a complaint names an input that there is
        validate: () => [{ input: 'picture', problem: 'expected another' }],
        run: ({ image }) => ({ image }),
      }),
    ]
    expect(wrong).toHaveLength(5)
  })

  test('that a default is one of the choices', () => {
    expect(port.choice(['a', 'b'], { default: 'b' }).data.default).toBe('b')
    // @ts-expect-error c is not among them
    expect(port.choice(['a', 'b'], { default: 'c' }).data.default).toBe('c')
  })
})

const withInput = (name: string, fallback?: number) => () =>
  defineNode({
    type: 'Odd',
    category: '',
    inputs: { [name]: port.int({ min: 0, max: 8, ...(fallback !== undefined && { default: fallback }) }) },
    outputs: {},
    run: () => ({}),
  })

describe('defineNode refuses', () => {
  test.each(['1', '__proto__', 'constructor', 'a b', ''])('the name %j', (name) => {
    expect(withInput(name)).toThrow('expected a name of letters')
  })

  test('a default that its own port refuses', () => {
    expect(withInput('size', 8)).not.toThrow()
    expect(withInput('size', 9)).toThrow('expected a whole number from 0 to 8, got 9')
    expect(withInput('size', 0.5)).toThrow('Odd, input "size", default: expected a whole number from 0 to 8, got 0.5')
  })
})
