/**
 * The V1 motion module (EasyAnimate v1: motion_module.py `VanillaTemporalModule`, after AnimateDiff, arXiv 2307.04725):
 * attention over time, put between a block's self-attention and cross-attention. It adds to its input, and lives in a
 * file of its own. With a grid, the tokens of a cell of n×n neighbours attend to each other over all frames; without, n
 * is 1. In shapes: B batch, F frames, h and w cell rows and columns, D the transformer's width, M the module's own.
 */
import type { Dim, Graph, Value, Weights } from '../../tensor/index.ts'
import { add, dimDiv, dimMul, expand, groupNorm, layerNorm, reshape, transpose } from '../../tensor/index.ts'
import { attentionLayer } from '../layers/attention.ts'
import { feedForward } from '../layers/feed-forward.ts'
import { linear } from '../layers/linear.ts'
import type { MotionConfig } from './motion-config.ts'
import { NORM_GROUPS } from './motion-config.ts'

/**
 * x [B, F, n·h, n·w, D] plus what each token learns from its cell in all frames.
 * @param frameTable the frames' position codes [F, M]; null where the module tells frames not apart
 */
export function motionModule(g: Graph, w: Weights, x: Value, frameTable: Value | null, config: MotionConfig): Value {
  const transformer = w.at('temporal_transformer')
  const [width] = x.shape.slice(-1) as [number] // tokens have a known width
  const positions = frameTable && cellPositions(g, frameTable, config) // [F·n·n, M]

  let cells = toCells(g, normPerFrame(g, transformer.at('norm'), x), config) // [B·h·w, F·n·n, D]
  cells = g.tap(`${g.path}.proj_in`, linear(g, transformer.at('proj_in'), cells, config.width))
  for (let i = 0; i < config.blocks; i++) {
    cells = temporalBlock(g.scope(`block${i}`), transformer.at(`transformer_blocks.${i}`), cells, positions, config)
  }
  cells = g.tap(`${g.path}.proj_out`, linear(g, transformer.at('proj_out'), cells, width))
  return add(g, x, fromCells(g, cells, x.shape, config))
}

/** Attention layers, then an MLP; each adds to its input what it makes of its norm. */
function temporalBlock(g: Graph, w: Weights, cells: Value, positions: Value | null, config: MotionConfig): Value {
  const { width, heads, attentions } = config
  let x = cells
  for (let i = 0; i < attentions; i++) {
    const at = g.scope(`attn${i}`)
    const normed = at.tap(`${at.path}.norm`, affineNorm(g, w.at(`norms.${i}`), x, width))
    const placed = at.tap(`${at.path}.pos_encoded`, positions ? add(g, normed, positions) : normed) // for q, k and v
    const layer = w.at(`attention_blocks.${i}`)
    x = add(g, x, attentionLayer(at, layer, placed, placed, { heads, inner: width, width, bias: false }))
  }
  const fed = g.tap(
    `${g.path}.ff`,
    feedForward(g, w.at('ff'), affineNorm(g, w.at('ff_norm'), x, width), width, 'geglu'),
  )
  return g.tap(`${g.path}.out`, add(g, x, fed))
}

const affineNorm = (g: Graph, w: Weights, x: Value, width: number): Value =>
  layerNorm(g, x, {
    weight: w.tensor(g, 'weight', [width]),
    bias: w.tensor(g, 'bias', [width]),
    eps: 1e-5,
  })

/** Group norm whose statistics are a single frame's: [B, F, H, W, D] → [B·F, D, H·W]. */
function normPerFrame(g: Graph, w: Weights, x: Value): Value {
  const [b, f, rows, columns, width] = x.shape as [Dim, Dim, Dim, Dim, number] // five axes, the last one known
  const frames = transpose(g, reshape(g, x, [dimMul(b, f), dimMul(rows, columns), width]), [0, 2, 1])
  const weight = w.tensor(g, 'weight', [width])
  const bias = w.tensor(g, 'bias', [width])
  const normed = groupNorm(g, frames, { groups: NORM_GROUPS, weight, bias, eps: 1e-6 })
  const tokens = reshape(g, normed, [b, f, width, rows, columns])
  return g.tap(`${g.path}.group_norm`, tokens)
}

/** [B, F, D, n·h, n·w] → [B·h·w, F·n·n, D]: a cell's tokens of all frames in a row. */
export function toCells(g: Graph, x: Value, { cell: n }: Pick<MotionConfig, 'cell'>): Value {
  const [b, f, width, rows, columns] = x.shape as [Dim, Dim, Dim, Dim, Dim] // five axes, as given
  const h = dimDiv(rows, n)
  const w = dimDiv(columns, n)
  const apart = reshape(g, x, [b, f, width, h, n, w, n])
  return reshape(g, transpose(g, apart, [0, 3, 5, 1, 4, 6, 2]), [dimMul(b, h, w), dimMul(f, n * n), width])
}

/** The inverse: [B·h·w, F·n·n, D] → [B, F, n·h, n·w, D], the shape given. */
export function fromCells(
  g: Graph,
  cells: Value,
  shape: readonly Dim[],
  { cell: n }: Pick<MotionConfig, 'cell'>,
): Value {
  const [b, f, rows, columns, width] = shape as [Dim, Dim, Dim, Dim, Dim] // five axes, as given
  const apart = reshape(g, cells, [b, dimDiv(rows, n), dimDiv(columns, n), f, n, n, width])
  return reshape(g, transpose(g, apart, [0, 3, 1, 4, 2, 5, 6]), shape)
}

/** Every token of a cell has its frame's code: [F, M] → [F·n·n, M]. */
function cellPositions(g: Graph, table: Value, { cell: n }: MotionConfig): Value {
  const [f, width] = table.shape as [Dim, Dim]
  return g.once(`cell positions ${n}`, () =>
    reshape(g, expand(g, reshape(g, table, [f, 1, width]), [f, n * n, width]), [dimMul(f, n * n), width]),
  )
}
