import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { findModel, listModels, ModelNotFoundError } from './places.ts'

const scratch = mkdtempSync(join(tmpdir(), 'kinograph-models-'))
afterAll(() => rmSync(scratch, { recursive: true }))

function root(name: string, files: string[]): string {
  for (const file of files) {
    const path = join(scratch, name, file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, '')
  }
  return join(scratch, name)
}

const own = root('own', [
  'Personalized_Model/style.safetensors', 'Personalized_Model/sub/other.pt', 'Personalized_Model/readme.txt',
  'Personalized_Model/peft/adapter_config.json', 'Personalized_Model/peft/adapter_model.safetensors',
])
const embedded = root('embedded', [
  'Diffusion_Transformer/tiny/model_index.json', 'Diffusion_Transformer/notes/readme.md',
  'Personalized_Model/style.safetensors', 'Motion_Module/.hidden.safetensors', 'secret.safetensors',
])
const roots = [own, embedded]

test('lists models by what a workflow stores, the first root before the second', async () => {
  expect((await listModels(roots, 'Diffusion_Transformer')).map((m) => m.name)).toEqual(['tiny'])
  expect(await listModels(roots, 'Motion_Module')).toEqual([])
  const personalised = await listModels(roots, 'Personalized_Model')
  expect(personalised.map((m) => m.name)).toEqual(['peft', 'style.safetensors', 'sub/other.pt'])
  expect(personalised[1].root).toBe(own)
})

test.each(['../secret.safetensors', '/etc/passwd', 'sub/../../../secret.safetensors', '..', '', 'a\0b', 'sub//other.pt', 'C:\\x'])(
  'a name that would leave its folder is not found: %j', async (name) => {
    await expect(findModel(roots, 'Personalized_Model', name)).rejects.toThrow(ModelNotFoundError)
  })

test('a missing model of the zoo says what to download to which place', async () => {
  await expect(findModel([own], 'Diffusion_Transformer', 'PixArt-XL-2-512x512')).rejects.toThrow(
    `"PixArt-XL-2-512x512" is not in ${own}/Diffusion_Transformer. Download https://pai-aigc-photog.oss-cn-hangzhou.aliyuncs.com` +
    '/easyanimate/Diffusion_Transformer/PixArt-XL-2-512x512.tar (11.4 GB) and unpack it: ' +
    `mkdir -p ${own}/Diffusion_Transformer/ && tar -xf PixArt-XL-2-512x512.tar -C ${own}/Diffusion_Transformer/`)
})

test('another missing model names those that are there', async () => {
  await expect(findModel([embedded], 'Diffusion_Transformer', 'huge')).rejects.toThrow(
    `"huge" is not in ${embedded}/Diffusion_Transformer. There are: tiny. "kinograph models" lists where EasyAnimate's weights can be had.`)
})
