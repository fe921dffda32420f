/** Kind `motion-module`: the V1 motion module alone, between stored inputs and outputs [B, C, F, h, w]. */
import { parseMotionModule } from '../../../diffusion/transformer/motion-config.ts'
import type { MotionConfig } from '../../../diffusion/transformer/motion-config.ts'
import { motionModule } from '../../../diffusion/transformer/motion-module.ts'
import { frameTable } from '../../../diffusion/layers/position-table.ts'
import type { Dim, SegmentedModel, Weights } from '../../../tensor/index.ts'
import { dimMul, sym, transpose } from '../../../tensor/index.ts'
import type { KindRunner } from '../case.ts'
import { compareMids, entriesOf, float32, packed, prefixes, runModel, withDevice } from '../model-case.ts'
import type { Permutation } from '../model-case.ts'

type Size = readonly [b: number, c: number, f: number, h: number, w: number]

export const run: KindRunner = (golden, compare) =>
  withDevice(async (device) => {
    const width = Number(golden.config?.['in_channels'])
    const config = parseMotionModule(golden.config, {
      transformerWidth: width,
      grid: golden.config?.['grid'] === true,
      source: 'config.json',
    })
    const model = alone(packed(await entriesOf(golden, 'weights.safetensors'), golden.dir), width, config)
    for (const prefix of prefixes(golden, 'hidden_states')) {
      const x = float32(golden.tensor(`${prefix}input.hidden_states`))
      const size = x.shape as Size // as the case's arguments say
      const frames = {
        dtype: 'float32' as const,
        shape: [size[2], config.width],
        data: frameTable(size[2], config.width),
      }
      const outputs = await runModel(device, model, { x, ...(config.positions && { frames }) })
      compare.tensor(`${prefix}output.hidden_states`, outputs['y']!)
      compareMids(golden, compare, prefix, outputs, (name) => tapOf(name, size, config))
    }
  })

/** The module with the reference's order of axes around it. */
function alone(w: Weights, width: number, config: MotionConfig): SegmentedModel {
  const sides = ['rows', 'columns'].map((name): Dim => dimMul(config.cell, sym(name)))
  return {
    inputs: [
      { name: 'x', dtype: 'float32', shape: [sym('batch'), width, sym('frames'), ...sides] },
      ...(config.positions
        ? [{ name: 'frames', dtype: 'float32' as const, shape: [sym('frames'), config.width] }]
        : []),
    ],
    segments: [
      {
        name: 'module',
        stage: 'step',
        inputs: config.positions ? ['x', 'frames'] : ['x'],
        outputs: ['y'],
        build: (g, { x, frames = null }) => ({
          y: transpose(g, motionModule(g, w, transpose(g, x!, [0, 2, 3, 4, 1]), frames, config), [0, 4, 1, 2, 3]),
        }),
      },
    ],
    outputs: ['y'],
  }
}

/**
 * The tap behind a stored name, and how to read it: the reference stores some values by frame [B·F, h·w, C] and the
 * attention's own by cell, as ours all are.
 */
function tapOf(
  name: string,
  [b, , f, h, w]: Size,
  { cell: n, width }: MotionConfig,
): { tap: string; permute?: Permutation } {
  const [, block = '0', rest = name] = /^block(\d+)\.(.+)$/.exec(name) ?? []
  if (name === 'group_norm') return { tap: 'module.group_norm' }
  const apart = [b, h / n, w / n, f, n, n, width] // by cell
  const byFrame = { permute: { from: apart, order: [0, 3, 1, 4, 2, 5, 6] } }
  if (name === 'proj_in' || name === 'proj_out') return { tap: `module.${name}`, ...byFrame }
  if (/^block\d+$/.test(name)) return { tap: `module/${name}.out`, ...byFrame }
  const [, layer, value] = /^(attn\d+)\.(\w+)$/.exec(rest) ?? /^(norm)(\d+)$/.exec(rest) ?? []
  if (layer === 'norm') return { tap: `module/block${block}/attn${value}.norm`, ...byFrame }
  if (layer === undefined) return { tap: `module/block${block}.${rest}`, ...byFrame } // ff
  if (value === 'pos_encoded') {
    // [B·h·w, F, C]
    return { tap: `module/block${block}/${layer}.pos_encoded`, permute: { from: apart, order: [0, 1, 4, 2, 5, 3, 6] } }
  }
  const tap = `module/block${block}/${layer}.${value === 'out' ? 'to_out' : value}`
  return value === 'out' ? { tap, ...byFrame } : { tap }
}
