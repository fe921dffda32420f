import { defineType } from '../../core/types/index.ts'
import type { Latent } from '../../diffusion/index.ts'
import { pack, unpack } from './pack.ts'

const isLatent = (value: unknown): value is Latent =>
  typeof value === 'object' && value !== null && 'data' in value && value.data instanceof Float32Array &&
  'shape' in value && Array.isArray(value.shape) && value.shape.length === 5 && 'family' in value

/** Pictures as an autoencoder sees them: [batch, channels, frames, height, width], with the family that made them. */
export const LATENT = defineType<Latent>({
  id: 'LATENT',
  check: isLatent,
  bytes: ({ data }) => data.byteLength,
  facts({ family, shape: [batch, channels, frames, height, width] }) {
    return { family, batch, channels, frames, height, width }
  },
  numbers: ({ data }) => ({ count: data.length, pieces: () => [data] }),
  store: {
    write: ({ data, ...rest }) => pack(JSON.parse(JSON.stringify(rest)), { data }),
    read: (bytes) => {
      const { rest, arrays } = unpack(bytes)
      const latent: unknown = { ...Object(rest), data: arrays.get('data') }
      if (!isLatent(latent)) throw new TypeError('the stored value is no LATENT')
      return latent
    },
  },
})
