/**
 * The KL autoencoder of latent diffusion (Rombach et al. 2022, arXiv 2112.10752; diffusers `AutoencoderKL`): pictures
 * to the mean and log-variance of a latent with an eighth of their sides, and back. Weights carry diffusers' names. In
 * shapes: N pictures, H×W pixels, h×w latent pixels.
 */
import type { Graph, SegmentedModel, TensorData, Value, Weights } from '../../tensor/index.ts'
import {
  add,
  attention,
  clip,
  conv2d,
  dimMul,
  exp,
  gelu,
  groupNorm,
  maximum,
  mul,
  reshape,
  silu,
  split,
  sym,
  transpose,
  upsampleNearest2x,
} from '../../tensor/index.ts'
import { linear } from '../layers/linear.ts'
import type { KlConfig } from './kl-config.ts'

const N = sym('batch')
const EPS = 1e-6

/** Pixels [N, 3, H, W] in -1 … 1 → mean, logvar and std, each [N, 4, H/8, W/8] (sides rounded down). */
export function klEncoder(w: Weights, config: KlConfig): SegmentedModel {
  const { latentChannels, quantConv } = config
  return {
    inputs: [{ name: 'pixels', dtype: 'float32', shape: [N, config.inChannels, sym('height'), sym('width')] }],
    segments: [
      {
        name: 'encoder',
        stage: 'step',
        inputs: ['pixels'],
        outputs: ['mean', 'logvar', 'std'],
        build(g, { pixels }) {
          const encoded = g.tap('encoder.out', encode(g, w.at('encoder'), pixels!, config))
          const moments = quantConv ? conv(g, w.at('quant_conv'), encoded, 2 * latentChannels, 1) : encoded
          const [mean, raw] = split(g, moments, 2, 1) as [Value, Value] // split into 2 gives 2
          const logvar = clip(g, raw, -30, 20)
          return { mean, logvar, std: exp(g, mul(g, logvar, g.constant(0.5))) }
        },
      },
    ],
    outputs: ['mean', 'logvar', 'std'],
  }
}

/** Latents [N, 4, h, w], divided by their scale → pixels [N, 3, 8·h, 8·w], roughly in -1 … 1. */
export function klDecoder(w: Weights, config: KlConfig): SegmentedModel {
  const { latentChannels, postQuantConv } = config
  return {
    inputs: [{ name: 'latents', dtype: 'float32', shape: [N, latentChannels, sym('rows'), sym('columns')] }],
    segments: [
      {
        name: 'decoder',
        stage: 'step',
        inputs: ['latents'],
        outputs: ['pixels'],
        build(g, { latents }) {
          const z = postQuantConv ? conv(g, w.at('post_quant_conv'), latents!, latentChannels, 1) : latents!
          return { pixels: decode(g, w.at('decoder'), z, config) }
        },
      },
    ],
    outputs: ['pixels'],
  }
}

/** From fine to coarse, through the middle, to twice the latent channels. */
function encode(g: Graph, w: Weights, pixels: Value, config: KlConfig): Value {
  const { channels, layers, latentChannels, downAttention } = config
  let x = g.tap('encoder.conv_in', conv(g, w.at('conv_in'), pixels, channels[0]!, 3))
  for (const [i, width] of channels.entries()) {
    const block = w.at(`down_blocks.${i}`)
    for (let j = 0; j < layers; j++) x = layer(g, block, j, x, width, downAttention[i]!, config)
    if (i < channels.length - 1) x = downsample(g, block.at('downsamplers.0.conv'), x, width)
    g.tap(`encoder.down${i}`, x)
  }
  x = middle(g, w.at('mid_block'), 'encoder', x, channels.at(-1)!, config)
  return conv(g, w.at('conv_out'), normAct(g, w.at('conv_norm_out'), x, config), 2 * latentChannels, 3)
}

/** Through the middle, then from coarse to fine. */
function decode(g: Graph, w: Weights, latents: Value, config: KlConfig): Value {
  const { channels, layers, outChannels, upAttention } = config
  let x = g.tap('decoder.conv_in', conv(g, w.at('conv_in'), latents, channels.at(-1)!, 3))
  x = g.tap('decoder.mid_block', middle(g, w.at('mid_block'), 'decoder', x, channels.at(-1)!, config))
  for (const [i, width] of channels.toReversed().entries()) {
    const block = w.at(`up_blocks.${i}`)
    for (let j = 0; j <= layers; j++) x = layer(g, block, j, x, width, upAttention[i]!, config)
    if (i < channels.length - 1) x = conv(g, block.at('upsamplers.0.conv'), upsampleNearest2x(g, x), width, 3)
    g.tap(`decoder.up${i}`, x)
  }
  return conv(g, w.at('conv_out'), normAct(g, w.at('conv_norm_out'), x, config), outChannels, 3)
}

/** Two residual blocks around attention over all positions. */
function middle(g: Graph, w: Weights, side: string, x: Value, width: number, config: KlConfig): Value {
  x = resnet(g, w.at('resnets.0'), x, width, config)
  if (config.midAttention) {
    x = g.tap(`${side}.mid_attention`, spatialAttention(g, w.at('attentions.0'), x, width, config))
  }
  return resnet(g, w.at('resnets.1'), x, width, config)
}

/** Residual block j of a resolution, with its attention where the resolution has one. */
function layer(g: Graph, w: Weights, j: number, x: Value, width: number, attends: boolean, config: KlConfig): Value {
  const y = resnet(g, w.at(`resnets.${j}`), x, width, config)
  return attends ? spatialAttention(g, w.at(`attentions.${j}`), y, width, config) : y
}

/** Norm, activation, convolution, twice, added to x; where the width changes, x passes a 1×1 convolution. */
function resnet(g: Graph, w: Weights, x: Value, width: number, config: KlConfig): Value {
  let y = conv(g, w.at('conv1'), normAct(g, w.at('norm1'), x, config), width, 3)
  y = conv(g, w.at('conv2'), normAct(g, w.at('norm2'), y, config), width, 3)
  return add(g, x.shape[1] === width ? x : conv(g, w.at('conv_shortcut'), x, width, 1), y)
}

/** Single-head attention among all positions of a picture, added to x [N, C, h, w]. */
function spatialAttention(g: Graph, w: Weights, x: Value, width: number, config: KlConfig): Value {
  const [n, , h, wide] = x.shape as [typeof N, typeof N, typeof N, typeof N] // four axes
  const tokens = transpose(
    g,
    reshape(g, norm(g, w.at('group_norm'), x, config), [n, width, dimMul(h, wide)]),
    [0, 2, 1],
  )
  const [q, k, v] = ['to_q', 'to_k', 'to_v'].map((name) => linear(g, w.at(name), tokens, width)) as [
    Value,
    Value,
    Value,
  ]
  const y = linear(g, w.at('to_out.0'), attention(g, q, k, v, { heads: 1 }), width) // [N, h·w, C]
  return add(g, x, reshape(g, transpose(g, y, [0, 2, 1]), x.shape))
}

/** Half the sides: a row and a column of zeros are put at the end only (diffusers pads 0, 1, 0, 1). */
function downsample(g: Graph, w: Weights, x: Value, width: number): Value {
  return convolve(g, w, x, width, 3, { stride: 2, padding: [0, 0, 1, 1] })
}

/** A convolution that keeps the sides. */
const conv = (g: Graph, w: Weights, x: Value, width: number, kernel: 1 | 3): Value =>
  convolve(g, w, x, width, kernel, { padding: Array<number>(4).fill((kernel - 1) / 2) })

function convolve(
  g: Graph,
  w: Weights,
  x: Value,
  width: number,
  kernel: number,
  options: { stride?: number; padding: readonly number[] },
): Value {
  const weight = w.tensor(g, 'weight', [width, x.shape[1]!, kernel, kernel])
  return conv2d(g, x, weight, w.tensor(g, 'bias', [width]), options)
}

function norm(g: Graph, w: Weights, x: Value, { groups }: KlConfig): Value {
  const width = x.shape[1]!
  return groupNorm(g, x, {
    groups,
    weight: w.tensor(g, 'weight', [width]),
    bias: w.tensor(g, 'bias', [width]),
    eps: EPS,
  })
}

function normAct(g: Graph, w: Weights, x: Value, config: KlConfig): Value {
  const y = norm(g, w, x, config)
  if (config.activation === 'relu') return maximum(g, y, g.constant(0))
  return config.activation === 'gelu' ? gelu(g, y) : silu(g, y)
}

/** A sample of the posterior, mean + std · noise, all [N, 4, h, w]. */
export function sampleOf(mean: TensorData, std: TensorData, noise: TensorData): Float32Array {
  const out = new Float32Array(mean.data.length)
  for (let i = 0; i < out.length; i++)
    out[i] = Number(mean.data[i]) + Math.fround(Number(std.data[i]) * Number(noise.data[i]))
  return out
}
