import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { imageSize } from './read-image.ts'

test('the size of a picture is told before it is read; what is no picture is refused', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'image-size-'))
  try {
    await writeFile(join(folder, 'not.png'), 'no picture')
    const png = await sharp({ create: { width: 9, height: 5, channels: 3, background: 'red' } }).png().toBuffer()
    await writeFile(join(folder, 'whole.png'), png)
    await writeFile(join(folder, 'begun.png'), png.subarray(0, 60))
    expect(await imageSize(join(folder, 'whole.png'))).toEqual({ count: 1, height: 5, width: 9 })
    await expect(imageSize(join(folder, 'whole.png'), { maxPixels: 44 })).rejects.toThrow('more than 44 pixels')
    await expect(imageSize(join(folder, 'begun.png'))).rejects.toThrow('can\'t be decoded')
    await expect(imageSize(join(folder, 'not.png'))).rejects.toThrow('not a PNG, JPEG, WebP or GIF')
    await expect(imageSize(join(folder, 'gone.png'))).rejects.toThrow('gone.png')
  } finally {
    await rm(folder, { recursive: true })
  }
})
