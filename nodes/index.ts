/** The built-in node types, in the order in which `kinograph nodes` lists them. A new node is a file and a line here. */
import { definePlugin } from '../core/plugins/index.ts'
import { applyLoRA } from './apply-lora.ts'
import { createVideo } from './create-video.ts'
import { emptyLatentNode } from './empty-latent.ts'
import { general } from './general/index.ts'
import { loadDiT } from './load-dit.ts'
import { loadImage } from './load-image.ts'
import { loadMotionModule } from './load-motion-module.ts'
import { loadTextEncoder } from './load-text-encoder.ts'
import { loadVAE } from './load-vae.ts'
import { loadWeights } from './load-weights.ts'
import { previewImage } from './preview-image.ts'
import { sampler } from './sampler.ts'
import { saveImage } from './save-image.ts'
import { saveVideo } from './save-video.ts'
import { textEncode } from './text-encode.ts'
import { vaeDecode } from './vae-decode.ts'
import { vaeEncode } from './vae-encode.ts'

export const builtIn = definePlugin({
  name: 'kinograph',
  nodes: [
    loadDiT, loadMotionModule, loadTextEncoder, loadVAE, loadWeights, applyLoRA,
    textEncode, emptyLatentNode, sampler, vaeEncode, vaeDecode,
    loadImage, saveImage, previewImage, createVideo, saveVideo,
    ...general,
  ],
})
