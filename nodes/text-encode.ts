import { defineNode } from '../core/types/index.ts'
import { encodeText, textActivations, textEncoderWeights } from '../diffusion/index.ts'
import { knownTextEncoder, memoryNeed } from './facts.ts'
import { aboutInput } from './failure.ts'
import { DEVICE } from './services.ts'
import { port } from './types/index.ts'

/** A prompt as the model reads it. */
export const textEncode = defineNode({
  type: 'TextEncode',
  category: 'conditioning',
  title: 'Encode text',
  summary: 'Turns a prompt into what the sampler is told.',
  resource: 'device',
  inputs: {
    text_encoder: port.textEncoder(),
    text: port.string({ default: '', multiline: true, dynamicPrompt: true }),
    clean: port.boolean({ default: true, advanced: true, tooltip: 'EasyAnimate\'s cleaning of captions; without it the text is only lower-cased and stripped' }),
    max_length: port.int({ default: 120, min: 1, max: 512, advanced: true, tooltip: 'tokens; longer prompts are cut' }),
  },
  outputs: { conditioning: port.conditioning() },
  facts({ max_length: tokens }, { facts }) {
    const encoder = knownTextEncoder(facts['text_encoder'])
    return encoder && { outputs: { conditioning: { width: encoder.width, ...(tokens !== undefined && { tokens }) } } }
  },
  memory({ max_length: tokens = 512 }, { facts }) {
    const config = knownTextEncoder(facts['text_encoder'])
    return config && memoryNeed(facts['text_encoder'], textEncoderWeights(config), textActivations(config, [1, tokens]))
  },
  async run({ text_encoder: textEncoder, text, clean, max_length: maxLength }, { use, signal }) {
    const device = await use(DEVICE).open()
    const encode = () => encodeText(device, textEncoder, [text], { clean, maxLength, signal })
    return { conditioning: await aboutInput('text_encoder', encode) }
  },
})
