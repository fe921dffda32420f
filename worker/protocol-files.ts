/** The part of the protocol about files: names for what a run made, previews while it runs, what lies in a file. */
import type { JsonObject } from '../core/types/json.ts'
import type { Problem } from '../core/workflow/problem.ts'

/** A whole file of a running job that waits beside the output folder for its name. */
export interface StagedFile {
  /** The path of the node that made it, and which of its files it is, from 0: the same in every attempt. */
  readonly node: string
  readonly index: number
  /** As the person gave it: a name, perhaps with folders, without number. */
  readonly prefix: string
  /** Without its dot. */
  readonly extension: string
  /** Absolute, flushed to the disk. The parent moves it to its name. */
  readonly staged: string
  readonly bytes: number
  /** Hexadecimal. */
  readonly sha256: string
}

/** The name of a file for good, below the output folder. */
export interface PublishedName {
  readonly filename: string
  /** '' for the output folder itself. */
  readonly subfolder: string
}

/** What a sampler is about to make. */
export interface SamplerPreview {
  /** The path of the sampler, and the node of the file that the person sees. */
  readonly node: string
  readonly shown: string
  /** Steps done, of how many. */
  readonly step: number
  readonly steps: number
  readonly width: number
  readonly height: number
  /** At which the pictures last as long as the video will, where it is one. */
  readonly fps: number
  /** JPEG files in the previews folder, in their order. The parent removes them. */
  readonly paths: readonly string[]
}

/** Where the state of a node that takes long is kept, and how often. */
export interface CheckpointSettings {
  /** Of this job alone, absolute; made when it is first needed. */
  readonly folder: string
  /** After so many steps, at the latest after so many seconds. */
  readonly steps: number
  readonly seconds: number
}

/** Where previews of a run are written, absolute, and how many seconds lie between two of one node at least. */
export interface PreviewSettings {
  readonly folder: string
  readonly seconds: number
}

/** From a worker: a file waits for its name. Answered by one `published` with its number. */
export interface PublishMessage {
  readonly type: 'publish'
  readonly id: string
  readonly ask: number
  readonly file: StagedFile
}

/** To a worker: where the file went, or why it could not go there. */
export interface PublishedMessage {
  readonly type: 'published'
  readonly id: string
  readonly ask: number
  readonly file?: PublishedName
  readonly problem?: Problem
}

export type PreviewMessage = { readonly type: 'preview'; readonly id: string } & SamplerPreview

/** Give memory back: sessions of the device, results of earlier runs. Runs that go on keep what they hold. */
export interface FreeRequest {
  readonly type: 'free'
  readonly id: string
  readonly sessions: boolean
  readonly results: boolean
}

/** Say what a weights file is. */
export interface InspectRequest {
  readonly type: 'inspect'
  readonly id: string
  /** Absolute: a safetensors file, a PyTorch file, or the folder of a model. */
  readonly path: string
}

/** What a weights file is. */
export interface WeightsReport {
  readonly format: 'safetensors' | 'pytorch'
  readonly bytes: number
  readonly tensors: number
  readonly parameters: number
  /** The most frequent first. */
  readonly dtypes: readonly { readonly dtype: string; readonly tensors: number; readonly parameters: number; readonly bytes: number }[]
  /** What it seems to be: `transformer`, `autoencoder`, `text-encoder`, `lora`, `motion-module`, or `unknown`. */
  readonly kind: string
  /** The family, and what it is called, where it is one that we know. */
  readonly family?: string
  readonly title?: string
  /** How well its keys fit what it seems to be. */
  readonly fit?: { readonly matched: number; readonly missing: KeyCount; readonly unexpected: KeyCount }
  /** Text that its header carries. */
  readonly metadata: Readonly<Record<string, string>>
  /** The first of its tensors. */
  readonly first: readonly { readonly name: string; readonly dtype: string; readonly shape: readonly number[] }[]
  /** Which node loads it, or what is to be done before. */
  readonly advice: string
  /** Of a whole model in diffusers' layout: the folders in it that hold weights. The rest of the report is of the first. */
  readonly parts?: readonly string[]
}

/** How many keys, and the first of them. */
export interface KeyCount {
  readonly count: number
  readonly first: readonly string[]
}

/** Say what a picture or a video is. */
export interface ProbeRequest {
  readonly type: 'probe'
  readonly id: string
  /** Absolute. */
  readonly path: string
  readonly limits?: MediaLimits
}

/** What is refused, since looking at it would take too much. */
export interface MediaLimits {
  /** Of one picture. */
  readonly pixels?: number
  readonly frames?: number
  /** In seconds. */
  readonly duration?: number
}

export interface MediaReport {
  readonly kind: 'image' | 'video'
  /** What it is by its bytes: png, jpeg, webp, gif, mp4, webm and the like. */
  readonly format: string
  readonly bytes: number
  readonly width: number
  readonly height: number
  /** 1 for a still picture; absent where only decoding the whole would tell. */
  readonly frames?: number
  readonly fps?: number
  /** In seconds. */
  readonly duration?: number
  /** What was embedded when it was made: a workflow, for example. */
  readonly metadata?: JsonObject
}

/** Make a small picture of a picture or of a video's first frame. */
export interface ThumbnailRequest {
  readonly type: 'thumbnail'
  readonly id: string
  /** Absolute. */
  readonly path: string
  /** Of the longer side, in pixels; smaller pictures keep their size. */
  readonly size: number
  /** Where it is written, absolute: a WebP file, under a temporary name until it is whole. */
  readonly file: string
  readonly limits?: MediaLimits
}

export interface ThumbnailReport {
  readonly file: string
  readonly width: number
  readonly height: number
  readonly bytes: number
}
