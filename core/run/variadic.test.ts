import { describe, expect, test } from 'vitest'
import { port } from '../types/port.ts'
import { link, stubGraph } from './testing/stub-graph.ts'

const texts = port.variadic(port.string(), { min: 1, max: 3 })

/** A node that joins any number of texts. */
const join = (values: object) => ({
  values: values as Record<string, string>,
  ports: { text: texts },
  run: ({ text }: Readonly<Record<string, unknown>>) => ({ out: (text as string[]).join('-') }),
})

describe('a variable number of inputs', () => {
  //  a ─text.0─► join          "written" ─text.2─►
  test('arrives as one list, in the order of the numbers, without gaps', async () => {
    const g = stubGraph()
    g.add('join', join({ 'text.2': 'written', 'text.0': link(g.node('a')) }))
    expect((await g.run('join')).value('join')).toBe('a-written')
  })

  test.each([
    [{}, 'input "text": expected at least 1 of it, got 0. Connect text.0.'],
    [{ 'text.0': 'a', 'text.1': 'b', 'text.2': 'c', 'text.3': 'd' }, 'input "text": expected at most 3 of it, got 4. Remove some of them.'],
    [{ 'text.0': 5 }, 'input "text.0": expected a text, got 5.'],
    [{ 'text.0': 'a', 'text.x': 'b' }, 'input "text.x": Stub_join has no input of that name. Did you mean "text.0"?'],
    [{ 'text.0': 'a', 'text': 'b' }, 'input "text": Stub_join has no input of that name. Its inputs are: text.0.'],
  ])('%j is refused', async (values, message) => {
    const g = stubGraph()
    g.add('join', join(values))
    const inputs = Object.entries(values)
    for (const [name, value] of inputs) g.set('join', name, value)
    const run = await g.run('join')
    expect(run.error?.message).toContain(message.split('. ')[0])
  })

  test('none at all, where none is needed', async () => {
    const g = stubGraph()
    g.add('join', { ...join({}), ports: { text: port.variadic(port.string(), { min: 0 }) } })
    expect((await g.run('join')).value('join')).toBe('')
  })

  //  a ··text.0··► pick          b ··text.1··►
  test('may be lazy, each on its own', async () => {
    const g = stubGraph()
    g.add('pick', {
      values: { 'n': 1, 'text.0': link(g.node('a')), 'text.1': link(g.node('b')) },
      ports: { n: port.int(), text: port.variadic(port.string()).lazy() },
      needs: ({ n, text }) => ((text as unknown[])[Number(n)] === undefined ? [`text.${n}`] : []),
      run: ({ n, text }) => ({ out: `picked ${(text as unknown[])[Number(n)]}` }),
    })
    const run = await g.run('pick')
    expect([run.value('pick'), run.executed]).toEqual(['picked b', ['b', 'pick']])
  })

  test('takes a list of links and values in an expansion', async () => {
    const g = stubGraph()
    g.define('Join', join({}))
    g.define('Step')
    g.add('big', { run: (_, { expand }) => expand(({ node }) => ({ out: node('Join', { text: [node('Step').out(), 'b'] }).out() })) })
    expect((await g.run('big')).value('big')).toBe('Step-b')
  })

  //  list ══text.0══► join          one ─text.1─►
  test('is mapped over like any other', async () => {
    const g = stubGraph()
    g.add('list', { outputs: { out: port.string().each() }, run: () => ({ out: ['x', 'y'] }) })
    g.add('join', { ...join({}), values: { 'text.0': link('list'), 'text.1': 'b' } })
    expect((await g.run('join')).value('join')).toEqual(['x-b', 'y-b'])
  })
})
