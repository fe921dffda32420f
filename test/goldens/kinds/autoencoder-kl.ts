/**
 * Kind `autoencoder-kl`: encoding to a posterior and its sample, decoding, from every weights file beside the case.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseKlConfig, presentKlEntries } from '../../../diffusion/vae/kl-config.ts'
import { klDecoder, klEncoder, sampleOf } from '../../../diffusion/vae/kl.ts'
import type { KindRunner } from '../case.ts'
import { compareMids, entriesOf, float32, packed, runModel, withDevice } from '../model-case.ts'

const FILES = ['weights.safetensors', 'diffusion_pytorch_model.safetensors', 'diffusion_pytorch_model.bin']

export const run: KindRunner = (golden, compare) =>
  withDevice(async (device) => {
    const config = parseKlConfig(golden.config, 'config.json')
    for (const file of FILES.filter((name) => existsSync(join(golden.dir, name)))) {
      const weights = packed(presentKlEntries(await entriesOf(golden, file)), file)
      const encoded = await runModel(device, klEncoder(weights, config), {
        pixels: float32(golden.tensor('input.pixels')),
      })
      const decoded = await runModel(device, klDecoder(weights, config), {
        latents: float32(golden.tensor('input.latents')),
      })
      for (const name of ['mean', 'logvar', 'std'] as const) compare.tensor(`output.${name}`, encoded[name]!)
      const noise = float32(golden.tensor('input.noise'))
      compare.tensor('output.sample', { shape: noise.shape, data: sampleOf(encoded['mean']!, encoded['std']!, noise) })
      compare.tensor('output.decoded', decoded['pixels']!)
      compareMids(golden, compare, '', { ...encoded, ...decoded }, (name) => ({ tap: name }))
    }
  })
