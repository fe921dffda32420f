/**
 * The T5 encoder (Raffel et al. 2020, arXiv 1910.10683; v1.1: gated GELU), as transformers' `T5EncoderModel` names its
 * weights: no biases, no scaling of attention scores, a relative position bias that layer 0 holds and all layers use,
 * and RMS norms. In shapes: B prompts, S tokens, D width.
 */
import type { Graph, SegmentedModel, Value, Weights } from '../../tensor/index.ts'
import {
  add,
  attention,
  cast,
  embedding,
  gather,
  gelu,
  geluTanh,
  maximum,
  mul,
  reshape,
  rmsNorm,
  silu,
  sub,
  sym,
  transpose,
} from '../../tensor/index.ts'
import { linear } from '../layers/linear.ts'
import { declare } from '../layers/wanted.ts'
import type { T5Config } from './t5-config.ts'

const B = sym('batch')
const S = sym('text')
/** What the mask adds to a dropped key's score: the smallest float32. */
const DROPPED = -3.4028234663852886e38

/**
 * The encoder, in segments. Inputs: `ids` int32 [B, S], `mask` int32 [B, S] (1 keeps a token), `buckets` int32 [S, S]
 * from `relativeBuckets`. Output: `embeds` [B, S, D].
 */
export function t5Encoder(w: Weights, config: T5Config): SegmentedModel {
  const encoder = w.at('encoder')
  return {
    inputs: [
      { name: 'ids', dtype: 'int32', shape: [B, S] },
      { name: 'mask', dtype: 'int32', shape: [B, S] },
      { name: 'buckets', dtype: 'int32', shape: [S, S] },
    ],
    segments: [
      {
        name: 'embed',
        stage: 'step',
        inputs: ['ids', 'mask', 'buckets'],
        outputs: ['states0', 'bias'],
        build(g, { ids, mask, buckets }) {
          declare(w.at('shared'), 'weight', [config.vocabulary, config.width])
          const states0 = g.tap('hidden_states_0', embedding(g, w.at('shared'), ids!))
          return { states0, bias: scoreBias(g, encoder.at('block.0.layer.0.SelfAttention'), buckets!, mask!, config) }
        },
      },
      ...Array.from({ length: config.layers }, (_, i) => ({
        name: `block${i}`,
        stage: 'step' as const,
        inputs: [`states${i}`, 'bias'],
        outputs: [`states${i + 1}`],
        build: (g: Graph, { [`states${i}`]: x, bias }: Readonly<Record<string, Value>>) => {
          const y = block(g, encoder.at(`block.${i}`), x!, bias!, config)
          if (i < config.layers - 1) g.tap(`hidden_states_${i + 1}`, y)
          return { [`states${i + 1}`]: y }
        },
      })),
      {
        name: 'norm',
        stage: 'step',
        inputs: [`states${config.layers}`],
        outputs: ['embeds'],
        build: (g, values) => ({
          embeds: norm(g, encoder.at('final_layer_norm'), values[`states${config.layers}`]!, config),
        }),
      },
    ],
    outputs: ['embeds'],
  }
}

/** Self-attention, then the MLP; each adds to its input what it makes of its norm. */
function block(g: Graph, w: Weights, x: Value, bias: Value, config: T5Config): Value {
  const attended = add(
    g,
    x,
    selfAttention(g, w.at('layer.0.SelfAttention'), norm(g, w.at('layer.0.layer_norm'), x, config), bias, config),
  )
  return add(
    g,
    attended,
    feedForward(g, w.at('layer.1.DenseReluDense'), norm(g, w.at('layer.1.layer_norm'), attended, config), config),
  )
}

function selfAttention(g: Graph, w: Weights, x: Value, bias: Value, { heads, headWidth, width }: T5Config): Value {
  const [q, k, v] = ['q', 'k', 'v'].map((name) => linear(g, w.at(name), x, heads * headWidth, { bias: false }))
  return linear(g, w.at('o'), attention(g, q!, k!, v!, { heads, scale: 1, bias }), width, { bias: false })
}

/** wo(act(wi x)), or gated wo(act(wi_0 x) · wi_1 x). */
function feedForward(g: Graph, w: Weights, x: Value, config: T5Config): Value {
  const { inner, gated, width } = config
  const project = (name: string) => linear(g, w.at(name), x, inner, { bias: false })
  const hidden = gated
    ? mul(g, activate(g, project('wi_0'), config), project('wi_1'))
    : activate(g, project('wi'), config)
  return linear(g, w.at('wo'), hidden, width, { bias: false })
}

function activate(g: Graph, x: Value, { activation }: T5Config): Value {
  switch (activation) {
    case 'gelu-tanh':
      return geluTanh(g, x)
    case 'gelu':
      return gelu(g, x)
    case 'silu':
      return silu(g, x)
    case 'relu':
      return maximum(g, x, g.constant(0))
  }
}

const norm = (g: Graph, w: Weights, x: Value, { width, normEps }: T5Config): Value =>
  rmsNorm(g, x, { weight: w.tensor(g, 'weight', [width]), eps: normEps })

/** What is added to every layer's scores: the relative position's bias, and the mask: [B, heads, S, S]. */
function scoreBias(g: Graph, w: Weights, buckets: Value, mask: Value, { buckets: count, heads }: T5Config): Value {
  const table = w.at('relative_attention_bias').tensor(g, 'weight', [count, heads])
  const byHead = transpose(g, gather(g, table, buckets), [2, 0, 1]) // [S, S, heads] → [heads, S, S]
  const position = g.tap('position_bias', reshape(g, byHead, [1, heads, S, S]))
  const dropped = mul(g, sub(g, g.constant(1), cast(g, mask, 'float32')), g.constant(DROPPED))
  return add(g, position, reshape(g, dropped, [B, 1, 1, S]))
}

/**
 * The bucket of every pair of positions, [query, key] (T5's bidirectional buckets): half of them for keys behind, half
 * for keys ahead; of each half, the first half one distance each, the rest growing with the logarithm up to
 * maxDistance. The logarithm is taken in float32, as the reference does: it decides which side of a border a distance
 * falls on.
 */
export function relativeBuckets(
  tokens: number,
  { buckets, maxDistance }: Pick<T5Config, 'buckets' | 'maxDistance'>,
): Int32Array {
  const half = Math.floor(buckets / 2)
  const exact = Math.floor(half / 2)
  const range = Math.log(maxDistance / exact)
  const bucketOf = (distance: number): number => {
    if (distance < exact) return distance
    const grown = Math.fround(
      Math.fround(Math.fround(Math.log(Math.fround(distance / exact))) / range) * (half - exact),
    )
    return Math.min(exact + Math.trunc(grown), half - 1)
  }
  const table = new Int32Array(tokens * tokens)
  for (let query = 0; query < tokens; query++) {
    for (let key = 0; key < tokens; key++) {
      table[query * tokens + key] = (key > query ? half : 0) + bucketOf(Math.abs(key - query))
    }
  }
  return table
}

const SHARED = 'shared.weight'
const TIED = 'encoder.embed_tokens.weight'

/**
 * Weights under the names that the encoder asks for: the embedding may be held as `encoder.embed_tokens.weight`, alone
 * or beside `shared.weight`, which is the same tensor.
 */
export function presentT5Entries<T>(entries: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  const present = new Map(entries)
  const embedding = present.get(SHARED) ?? present.get(TIED)
  present.delete(TIED)
  return embedding === undefined ? present : present.set(SHARED, embedding)
}
