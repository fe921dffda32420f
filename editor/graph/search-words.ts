/** Words that people look for nodes by, beside the names that the nodes have. */

/** What ComfyUI and its plugins call what we have by another name. */
export const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ['Sampler', 'KSampler KSamplerAdvanced SamplerCustom denoise generate EasyAnimateSampler'],
  ['TextEncode', 'CLIPTextEncode prompt positive negative caption'],
  ['EmptyLatent', 'EmptyLatentImage EmptyLatentVideo EmptySD3LatentImage size resolution noise'],
  ['LoadDiT', 'CheckpointLoaderSimple UNETLoader LoadDiffusionModel model transformer EasyAnimateLoader'],
  ['LoadTextEncoder', 'CLIPLoader DualCLIPLoader T5 tokenizer'],
  ['LoadVAE', 'VAELoader decoder encoder'],
  ['LoadMagvit', 'VAELoader slice decoder'],
  ['LoadMotionModule', 'ADE_LoadAnimateDiffModel AnimateDiff motion'],
  ['ApplyLoRA', 'LoraLoader LoraLoaderModelOnly adapter style'],
  ['CreateVideo', 'VHS_VideoCombine combine frames'],
  ['SaveVideo', 'VHS_VideoCombine mp4 export'],
  ['LoadVideo', 'VHS_LoadVideo input mp4'],
  ['PrimitiveNode', 'Primitive constant'],
  ['PrimitiveStringMultiline', 'String Multiline prompt'],
  ['ImageScale', 'Upscale Image resize'],
  ['ImageScaleBy', 'Upscale Image By resize'],
  ['ComfySwitchNode', 'Switch if condition'],
  ['PreviewAny', 'show display print'],
  ['Repeat', 'loop for'],
  ['ForEach', 'loop map batch'],
  ['MarkdownNote', 'comment sticky'],
  ['Note', 'comment sticky'],
])

/** Words for types of values: `picture to latent`. */
export const TYPE_WORDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['picture', ['IMAGE']], ['pictures', ['IMAGE']], ['images', ['IMAGE']], ['frames', ['IMAGE']], ['photo', ['IMAGE']], ['pixels', ['IMAGE']],
  ['text', ['STRING', 'CONDITIONING']], ['prompt', ['STRING', 'CONDITIONING']], ['words', ['STRING']], ['number', ['INT', 'FLOAT']], ['int', ['INT']],
  ['choice', ['COMBO']], ['bool', ['BOOLEAN']], ['latents', ['LATENT']], ['samples', ['LATENT']], ['videos', ['VIDEO']], ['masks', ['MASK']],
  ['图像', ['IMAGE']], ['图片', ['IMAGE']], ['视频', ['VIDEO']], ['潜空间', ['LATENT']], ['潜变量', ['LATENT']], ['文本', ['STRING', 'CONDITIONING']],
  ['提示词', ['STRING', 'CONDITIONING']], ['条件', ['CONDITIONING']], ['遮罩', ['MASK']], ['蒙版', ['MASK']], ['模型', ['MODEL']], ['数字', ['INT', 'FLOAT']], ['音频', ['AUDIO']],
])
