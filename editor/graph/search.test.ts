import { describe, expect, test } from 'vitest'
import { looseSocket, searchNodes, type SearchOptions } from './search.ts'
import { definitions } from './testing/definitions.ts'
import { drawn } from './testing/workflows.ts'

const names = (text: string, options?: SearchOptions) => searchNodes(definitions, text, options).map(({ definition }) => definition.type)

describe('searchNodes', () => {
  test.each([
    ['samp', 'Sampler'], ['ksampler', 'Sampler'], ['load model', 'LoadModel'], ['loadmodel', 'LoadModel'], ['clip text encode', 'TextEncode'], ['prompt', 'TextEncode'],
    ['empty', 'EmptyLatent'], ['whole', 'PrimitiveInt'], ['scale', 'ImageScale'], ['noise away', 'Sampler'], ['dcode', 'Decode'],
  ])('%j finds %s first', (text, type) => expect(names(text)[0]).toBe(type))

  test('finds nothing for what nothing is called', () => expect(names('zzzzqq')).toEqual([]))

  test('counts each of several words where it is found best', () => {
    const node = (type: string, title: string, summary: string) => ({ ...definitions.get('Sampler')!, type, title, summary, category: 'load', inputs: [], outputs: [] })
    const loaders = [node('A', 'Load motion module', 'Puts movement into a diffusion model.'), node('B', 'Load diffusion transformer', 'Opens the model.'), { ...node('C', 'Pair', 'Two side by side.'), deprecated: true }]
    const found = searchNodes(new Map(loaders.map((one) => [one.type, one])), 'load diff')
    expect(found.map(({ definition }) => definition.type)).toEqual(['B', 'A'])
  })

  test('leaves out what only expansions use', () => expect(names('')).not.toContain('Inner'))

  test('finds by task, in words for types too', () => {
    expect(names('latent to image')[0]).toBe('Decode')
    expect(names('clip -> conditioning')[0]).toBe('TextEncode')
    expect(names('潜空间到图像')[0]).toBe('Decode')
  })

  test('offers what a link can be drawn to, the closest first, and says to which socket', () => {
    const link = looseSocket(drawn, [], definitions, { from: 'sampler', output: 'latent' })!
    const found = searchNodes(definitions, '', { link })
    expect(found.map(({ definition, socket }) => [definition.type, socket])).toEqual([
      ['Decode', 'latent'], ['Sampler', 'latent'], ['Reroute', 'value'], ['PrimitiveNode', 'value'], ['Switch', 'a'],
    ])
    expect(names('sav', { link })).toEqual([])
    const back = searchNodes(definitions, '', { link: looseSocket(drawn, [], definitions, { to: 'sampler', input: 'latent' })! })
    expect(back.slice(0, 2).map(({ definition }) => definition.type).sort()).toEqual(['EmptyLatent', 'Sampler'])
    const variadic = searchNodes(definitions, 'batch', { link: looseSocket(drawn, [], definitions, { from: 'decode', output: 0 })! })
    expect(variadic[0]!.socket).toBe('images.0')
    const [image, save] = [looseSocket(drawn, [], definitions, { from: 'decode', output: 0 })!, looseSocket(drawn, [], definitions, { to: 'save', input: 'image' })!]
    expect(names('', { link: image, onto: save }).slice(0, 2), 'into a link').toEqual(['ImageScale', 'Batch'])
    expect(names('', { link: image, onto: save })).not.toContain('Save')
    expect(looseSocket(drawn, [], definitions, { from: 'nobody', output: 0 })).toBeUndefined()
  })

  test('puts what a person uses before what fits as well', () => {
    const uses = new Map([['PrimitiveString', { count: 9, ago: 0 }]])
    expect(names('primitive', { uses })[0]).toBe('PrimitiveString')
    expect(names('', { uses })[0]).toBe('PrimitiveString')
    expect(names('sampler', { uses })[0]).toBe('Sampler')
  })

  test('finds names in another language, and marks letters of the title', () => {
    expect(names('采样器', { names: new Map([['Sampler', '采样器']]) })).toEqual(['Sampler'])
    expect(searchNodes(definitions, 'load')[0]!.marks).toEqual([0, 1, 2, 3])
  })
})
