import { expect, test } from 'vitest'
import { Graph } from './graph.ts'
import { sym, dimMul } from './dim.ts'
import * as o from '../ops/index.ts'
import { linear, weightSet } from '../holding/index.ts'
import { noise, runModel } from '../ops/test-op.ts'

test('a block with symbolic sizes', async () => {
  const g = new Graph()
  const b = sym('b'), h = sym('h'), w = sym('w')
  const x = g.input('x', 'float32', [b, 4, dimMul(2, h), dimMul(2, w)])
  const ws = weightSet(new Map([['p.weight', noise([8, 4, 2, 2])], ['q.weight', noise([8, 8])], ['q.bias', noise([8])]]), { hold: 'packed', source: 't', branches: [{ path: 'q', in: 8, out: 8 }] })
  let y = o.conv2d(g, x, ws.tensor(g, 'p.weight'), null, { stride: 2 })
  y = o.transpose(g, o.reshape(g, y, [b, 8, dimMul(h, w)]), [0, 2, 1])
  y = o.layerNorm(g, y, { eps: 1e-6 })
  y = linear(g, ws.at('q'), y)
  y = o.attention(g, y, y, y, { heads: 2 })
  y = o.silu(g, o.geluTanh(g, o.gelu(g, y)))
  y = o.reshape(g, y, [b, h, w, 2, 2, 2])
  y = o.reshape(g, o.transpose(g, y, [0, 5, 1, 3, 2, 4]), [b, 2, dimMul(2, h), dimMul(2, w)])
  y = o.upsampleNearest2x(g, y)
  y = o.groupNorm(g, y, { groups: 1, weight: g.constant(new Float32Array(2).fill(1)), bias: g.constant(new Float32Array(2)), eps: 1e-5 })
  const parts = o.split(g, y, 2, 1)
  g.output('y', o.concat(g, parts, 1))
  const m = g.toModel()
  for (const [H, W, r] of [[3, 5, 0], [2, 2, 3]] as const) {
    const out = await runModel(m, { x: noise([2, 4, 2 * H, 2 * W]), 'lora.q.down': noise([r, 8]), 'lora.q.up': noise([8, r]) })
    expect(out.y!.shape).toEqual([2, 2, 4 * H, 4 * W])
    expect([...out.y!.data as Float32Array].every(Number.isFinite)).toBe(true)
  }
  console.log(m.flops({ b: 2, h: 3, w: 5 }).total)
})
