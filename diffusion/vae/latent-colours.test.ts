import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { latentColours, latentPictures } from './latent-colours.ts'

const colours = { factors: [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]], bias: [0, 0, -1] } as const

test('each latent pixel becomes a colour, frames are taken evenly, of a batch the first', () => {
  const shape = [2, 4, 4, 1, 2] as const
  const latents = new Float32Array(2 * 4 * 4 * 2)
  const put = (channel: number, frame: number, pixel: number, value: number) => { latents[(channel * 4 + frame) * 2 + pixel] = value }
  put(0, 0, 0, 1)
  put(1, 2, 1, -1)
  put(2, 2, 1, 9)
  const { frames, indices, width, height } = latentPictures(latents, shape, colours, 2)
  expect([indices, width, height]).toEqual([[0, 2], 2, 1])
  expect(frames.map((frame) => [...frame])).toEqual([[255, 128, 0, 128, 128, 0], [128, 128, 0, 128, 0, 255]])
})

test('a model with an autoencoder of its own says its colours, others have those of Stable Diffusion', async () => {
  const base = fileURLToPath(new URL('../../models/Diffusion_Transformer/tiny-shapes-64', import.meta.url))
  const own = await latentColours({ weights: [{ role: 'base', path: `${base}/transformer/diffusion_pytorch_model.safetensors`, files: [] }] })
  const other = await latentColours({ weights: [{ role: 'base', path: '/nowhere/model.safetensors', files: [] }] })
  expect(own.factors).toHaveLength(4)
  expect(own).not.toEqual(other)
  expect(other.factors[0]).toEqual([0.3512, 0.2297, 0.3227])
})
