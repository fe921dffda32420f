/** Plays a video element by frames; its signals say how it stands. */
import { signal } from '@preact/signals'
import { frameAt, stepFrom, timeOf, type FrameClock } from './frames.ts'

export const SPEEDS = [0.1, 0.25, 0.5, 1, 1.5, 2] as const

export class VideoControl {
  readonly isPlaying = signal(false)
  readonly isLooping = signal(true)
  readonly isMuted = signal(true)
  readonly speed = signal(1)
  /** Of the picture that is shown, in seconds, and its number from 0. */
  readonly time = signal(0)
  readonly frame = signal(0)
  readonly duration = signal(0)
  #clock: FrameClock | undefined
  #video: HTMLVideoElement | undefined

  set clock(clock: FrameClock | undefined) {
    this.#clock = clock
    this.#seen(this.time.peek())
  }

  /** Follows this element until what is given back is called. */
  attach(video: HTMLVideoElement): () => void {
    this.#video = video
    let callback = 0
    const see: VideoFrameRequestCallback = (_, { mediaTime }) => {
      this.#seen(mediaTime)
      callback = video.requestVideoFrameCallback(see)
    }
    callback = video.requestVideoFrameCallback(see)
    const follow = () => {
      this.isPlaying.value = !video.paused
      this.isMuted.value = video.muted
      this.duration.value = Number.isFinite(video.duration) ? video.duration : 0
    }
    const events = ['play', 'pause', 'ended', 'durationchange', 'loadedmetadata', 'volumechange'] as const
    for (const name of events) video.addEventListener(name, follow)
    follow()
    return () => {
      video.cancelVideoFrameCallback(callback)
      for (const name of events) video.removeEventListener(name, follow)
      this.#video = undefined
    }
  }

  toggle(): void {
    const video = this.#video
    if (video === undefined) return
    if (video.paused) video.play().catch(() => {}) // the button goes on saying that it does not play
    else video.pause()
  }

  /** Stops, and goes so many frames further. */
  step(by: number): void {
    const clock = this.#clock
    if (clock) this.show(stepFrom(clock, this.frame.peek(), by, this.isLooping.peek()))
  }

  /** Stops at a frame; -1 is the last. */
  show(frame: number): void {
    const [video, clock] = [this.#video, this.#clock]
    if (video === undefined || clock === undefined) return
    video.pause()
    const wanted = frame < 0 ? clock.frames - 1 : frame
    this.frame.value = wanted
    video.currentTime = Math.min(timeOf(clock, wanted), this.duration.peek() || Infinity)
  }

  /** Goes to a time, where frames are not known. */
  seek(time: number): void {
    if (this.#video) this.#video.currentTime = time
  }

  setLooping(isLooping: boolean): void {
    this.isLooping.value = isLooping
    if (this.#video) this.#video.loop = isLooping
  }

  setMuted(isMuted: boolean): void {
    if (this.#video) this.#video.muted = isMuted
  }

  setSpeed(speed: number): void {
    this.speed.value = speed
    if (this.#video) this.#video.playbackRate = speed
  }

  /** The next slower or faster speed. */
  shiftSpeed(by: 1 | -1): void {
    const at = SPEEDS.findIndex((one) => one === this.speed.peek())
    this.setSpeed(SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, at + by))]!)
  }

  #seen(time: number): void {
    this.time.value = time
    if (this.#clock) this.frame.value = frameAt(this.#clock, time)
  }
}
