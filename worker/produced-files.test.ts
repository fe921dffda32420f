import { expect, test } from 'vitest'
import { port } from '../core/types/port.ts'
import { stubGraph } from '../core/run/testing/stub-graph.ts'
import { ProducedFiles } from './produced-files.ts'

const folders = { output: '/out', temp: '/tmp' }
const save = (name: string) => ({ images: [{ filename: `${name}.png`, subfolder: 'a', type: 'output' }] })

/** What runs of a graph list, the first fresh, the second with what the first has left. */
async function listed(draw: (g: ReturnType<typeof stubGraph>) => void) {
  const g = stubGraph()
  draw(g)
  const runs = []
  for (let run = 0; run < 2; run++) {
    const files = new ProducedFiles(folders)
    const { error } = await g.run(undefined, { onEvent: (event) => files.see(event) })
    expect(error).toBeUndefined()
    runs.push(files.list)
  }
  return runs
}
const SAVE = { ports: { name: port.string() }, output: true } as const

test('of an output node that others read from', async () => {
  const [fresh, cached] = await listed((g) => {
    g.add('save', { ...SAVE, values: { name: 'x' }, run: ({ name }, ctx) => (ctx.ui(save(String(name))), { out: 'x' }) })
    g.add('reader', { from: ['save'], output: true })
  })
  expect(fresh).toEqual([{ node: 'save', path: '/out/a/x.png', temporary: false }])
  expect(cached).toEqual(fresh)
})

//  many ──expands to──► save(1), save(2)
test('of nodes inside an expansion: the node that the person sees, and the path of each; each once', async () => {
  const [fresh, cached] = await listed((g) => {
    g.define('Save', { ...SAVE, values: { name: '' }, run: ({ name }, ctx) => (ctx.ui(save(String(name))), { out: String(name) }) })
    g.add('many', {
      output: true,
      run: (_, ctx) => ctx.expand((draw) => {
        const [first] = ['1', '2'].map((name) => draw.node('Save', { name }, { id: `save${name}` }))
        return { out: first!.out() }
      }),
    })
  })
  expect(fresh).toEqual(['1', '2'].map((name) => ({
    node: 'many', within: `many.save${name}`, path: `/out/a/${name}.png`, temporary: false,
  })))
  expect(cached?.map(({ path }) => path)).toEqual(fresh?.map(({ path }) => path))
})

test('previews are temporary; what is no file is passed over', () => {
  const files = new ProducedFiles(folders)
  const ui = { images: [{ filename: 'p.png', type: 'temp' }, 'text'], text: ['hello', { filename: 5 }] }
  files.see({ v: 1, run: 'r', seq: 0, at: 0, type: 'node.done', node: 'outer/p', shown: 'outer', seconds: 0, ui })
  expect(files.list).toEqual([{ node: 'outer', within: 'outer/p', path: '/tmp/p.png', temporary: true }])
})
