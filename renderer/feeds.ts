// Where the sound comes from: a decoded file that loops, or what comes in live (feeds-live.ts). Each is one audio node with a
// channel count.

import type { Cleaning, Device } from './state.ts'

export interface Feed {
  readonly node: AudioNode
  readonly channels: 1 | 2
  close(): void
}

/** At the context's time `at` the file is at `seconds`; it plays over and over. */
export interface Origin { readonly at: number; readonly seconds: number; readonly duration: number }

export interface FileFeed extends Feed {
  readonly buffer: AudioBuffer
  /** Where the file stands now, for whoever must know which second of it a sample is. */
  readonly origin: Origin
  /** Called when the file jumps. */
  onJump: (origin: Origin) => void
  seek(seconds: number): void
}

export interface LiveFeed extends Feed {
  readonly device: Device
  readonly cleaning: Cleaning
}

const SEEK_FADE = 0.02
/** A player starts so much ahead of the clock, lest it be late on a busy machine: it would start late, not skip. */
const AHEAD = 0.04
const QUANTUM = 128

/**
 * Plays over and over, from the first `seek` on: a player that is connected to nothing yet would not start when it is told.
 * Each seek is another player, which comes in where the old one has gone, at a time and a sample of the file that are known,
 * and between no two samples: nothing is interpolated.
 */
export function fileFeed(context: AudioContext, buffer: AudioBuffer): FileFeed {
  const { sampleRate, duration } = buffer
  const node = new GainNode(context, { channelCount: buffer.numberOfChannels, channelCountMode: 'explicit' })
  const ahead = Math.ceil(AHEAD * sampleRate / QUANTUM) * QUANTUM / sampleRate
  let stop = (_at: number): void => {}

  function start(wanted: number): Origin {
    const seconds = Math.round(wanted * sampleRate) / sampleRate % duration
    const at = context.currentTime + ahead
    stop(at)
    const player = new AudioBufferSourceNode(context, { buffer, loop: true })
    const fade = new GainNode(context, { gain: 0 })
    player.connect(fade).connect(node)
    fade.gain.setValueAtTime(0, at)
    fade.gain.linearRampToValueAtTime(1, at + SEEK_FADE)
    player.start(at, seconds)
    player.onended = () => fade.disconnect()
    stop = (end) => {
      const now = fade.gain.value
      fade.gain.cancelScheduledValues(context.currentTime)
      fade.gain.setValueAtTime(now, context.currentTime)
      fade.gain.setValueAtTime(now, end - SEEK_FADE)
      fade.gain.linearRampToValueAtTime(0, end)
      player.stop(end)
    }
    return { at, seconds, duration }
  }
  let origin: Origin = { at: context.currentTime, seconds: 0, duration }

  const feed: FileFeed = {
    node, buffer, channels: buffer.numberOfChannels as 1 | 2,
    get origin() { return origin },
    onJump() {},
    seek(seconds) {
      origin = start(Math.min(Math.max(seconds, 0), duration))
      feed.onJump(origin)
    },
    close() {
      stop(context.currentTime + SEEK_FADE)
      node.disconnect()
    },
  }
  return feed
}
