/**
 * EasyAnimate's published weights: what each is called, how large it is and where it can be had.
 * Source: README.md of github.com/aigc-apps/EasyAnimate at aa3d2af, "Model zoo", sizes as printed there.
 */

/** The folders of EasyAnimate's layout under `models/`. */
export const MODEL_FOLDERS = ['Diffusion_Transformer', 'Motion_Module', 'Personalized_Model'] as const
export type ModelFolder = (typeof MODEL_FOLDERS)[number]

export interface ZooModel {
  readonly folder: ModelFolder
  /** What it is called in a workflow: a folder of Diffusion_Transformer, a file of the others. */
  readonly name: string
  readonly what: string
  /** Size of the download as the zoo states it. */
  readonly size: string
  readonly url: string
  /** The download is a tar archive that holds the folder `name`. */
  readonly archive?: boolean
  /** Set where this version cannot run it. */
  readonly later?: string
}

const OSS = 'https://pai-aigc-photog.oss-cn-hangzhou.aliyuncs.com/easyanimate'
const V2 = 'EasyAnimate V2, which this version does not run'

export const ZOO: readonly ZooModel[] = [
  {
    folder: 'Diffusion_Transformer', name: 'PixArt-XL-2-512x512', size: '11.4 GB', archive: true,
    what: 'PixArt-alpha, the base of EasyAnimate V1: transformer, T5 text encoder and VAE',
    url: `${OSS}/Diffusion_Transformer/PixArt-XL-2-512x512.tar`,
  },
  {
    folder: 'Motion_Module', name: 'easyanimate_v1_mm.safetensors', size: '4.1 GB',
    what: 'motion module of EasyAnimate V1, trained with 80 frames at 12 per second',
    url: `${OSS}/Motion_Module/easyanimate_v1_mm.safetensors`,
  },
  {
    folder: 'Personalized_Model', name: 'easyanimate_portrait.safetensors', size: '2.3 GB',
    what: 'portrait checkpoint over PixArt-XL-2-512x512',
    url: `${OSS}/Personalized_Model/easyanimate_portrait.safetensors`,
  },
  {
    folder: 'Personalized_Model', name: 'easyanimate_portrait_lora.safetensors', size: '654.0 MB',
    what: 'portrait LoRA over PixArt-XL-2-512x512',
    url: `${OSS}/Personalized_Model/easyanimate_portrait_lora.safetensors`,
  },
  {
    folder: 'Diffusion_Transformer', name: 'EasyAnimateV2-XL-2-512x512', size: '16.2 GB', archive: true, later: V2,
    what: 'EasyAnimate V2, trained with 144 frames at 24 per second',
    url: `${OSS}/Diffusion_Transformer/EasyAnimateV2-XL-2-512x512.tar`,
  },
  {
    folder: 'Diffusion_Transformer', name: 'EasyAnimateV2-XL-2-768x768', size: '16.2 GB', later: V2,
    what: 'EasyAnimate V2, trained with 144 frames at 24 per second',
    url: 'https://huggingface.co/alibaba-pai/EasyAnimateV2-XL-2-768x768',
  },
  {
    folder: 'Personalized_Model', name: 'easyanimatev2_minimalism_lora.safetensors', size: '485.1 MB', later: V2,
    what: 'minimalism LoRA over EasyAnimate V2',
    url: `${OSS}/Personalized_Model/easyanimatev2_minimalism_lora.safetensors`,
  },
]

export const zooModel = (folder: ModelFolder, name: string): ZooModel | undefined =>
  ZOO.find((model) => model.folder === folder && model.name === name)

/**
 * How to get a model that is not there: one or two sentences.
 * @param root the models folder that the download goes to
 */
export function downloadAdvice(model: ZooModel, root: string): string {
  const place = `${root}/${model.folder}/`
  if (model.archive) return `Download ${model.url} (${model.size}) and unpack it: mkdir -p ${place} && tar -xf ${model.name}.tar -C ${place}`
  return `Download ${model.url} (${model.size}) to ${place}${model.name}.`
}
