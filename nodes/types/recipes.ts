import type { ModelRecipe, TextEncoderRecipe, VaeRecipe } from '../../diffusion/index.ts'
import { recipeType } from './recipe-type.ts'

/** How to make a diffusion transformer: files, configuration, LoRAs. */
export const MODEL = recipeType<ModelRecipe>('MODEL', 'model')
/** How to make a text encoder with its tokenizer. */
export const TEXT_ENCODER = recipeType<TextEncoderRecipe>('TEXT_ENCODER', 'text-encoder')
/** How to make an autoencoder. */
export const VAE = recipeType<VaeRecipe>('VAE', 'vae')
