/** Frames of a video and the times at which a browser shows them. */

/** A video as it is stepped through. */
export interface FrameClock {
  readonly frames: number
  readonly fps: number
}

/** The clock of a file; undefined for what has no frames to step through. */
export function clockOf({ kind, frames, fps, duration }: { readonly kind: string; readonly frames?: number; readonly fps?: number; readonly duration?: number }): FrameClock | undefined {
  if (kind !== 'video' || fps === undefined || !(fps > 0)) return undefined
  const count = frames ?? (duration === undefined ? 0 : Math.round(duration * fps))
  return count > 0 ? { frames: count, fps } : undefined
}

/** The frame, from 0, that is shown at a time in seconds. */
export function frameAt({ frames, fps }: FrameClock, time: number): number {
  // When a frame begins comes rounded to the file's own ticks: less than a tenth of a frame is none.
  return Math.min(frames - 1, Math.max(0, Math.floor(time * fps + 0.1)))
}

/** A time at which this frame is surely shown: its middle. */
export function timeOf({ fps }: FrameClock, frame: number): number {
  return (frame + 0.5) / fps
}

/** The frame that lies so many further; round the end where the video loops. */
export function stepFrom({ frames }: FrameClock, frame: number, by: number, isLooping: boolean): number {
  const next = frame + by
  return isLooping ? ((next % frames) + frames) % frames : Math.min(frames - 1, Math.max(0, next))
}
