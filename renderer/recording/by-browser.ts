// Formats that the browser reads and our readers do not: AAC in MP4, Opus, WebM. It decodes them in one piece, in memory, so
// that only what is short enough is given to it.

import { systemRate } from '../engine-session.ts'
import { clock } from '../format.ts'
import { UserError } from '../user-error.ts'
import { isOpus } from './marks.ts'
import { Outliner } from './outline.ts'
import { recordingOf } from './recording.ts'
import type { Recording } from './recording.ts'
import type { Outline } from './outline.ts'

const LONGEST = 20 * 60 // seconds: half a gigabyte for a moment
const OPUS_RATE = 48_000

/** Seconds, as the browser's player tells them; null where it cannot. */
function durationOf(file: Blob): Promise<number | null> {
  return new Promise((resolve) => {
    const player = new Audio()
    const address = URL.createObjectURL(file)
    const end = (seconds: number | null): void => {
      URL.revokeObjectURL(address)
      player.removeAttribute('src')
      resolve(seconds)
    }
    player.preload = 'metadata'
    player.onloadedmetadata = () => end(Number.isFinite(player.duration) ? player.duration : null)
    player.onerror = () => end(null)
    player.src = address
  })
}

export async function decodedByBrowser(name: string, file: Blob): Promise<{ readonly recording: Recording; readonly outline: Outline; readonly made: number | null }> {
  const seconds = await durationOf(file)
  if (seconds === null) throw new UserError(`${name}: expected a sound file (WAV, FLAC, MP3, Ogg, AIFF, or one that this browser plays), got something else or a damaged one`)
  if (seconds > LONGEST)
    throw new UserError(`${name}: expected at most ${clock(LONGEST, 0)} in this format, which the browser decodes in one piece, got ${clock(seconds, 0)}: convert it to WAV or FLAC, of which any length fits`)
  const made = isOpus(new Uint8Array(await file.slice(0, 64).arrayBuffer())) ? OPUS_RATE : null
  const context = new OfflineAudioContext(1, 1, made ?? await systemRate())
  const sound = await context.decodeAudioData(await file.arrayBuffer()).catch(() => {
    throw new UserError(`${name}: expected a sound file, got one that this browser cannot decode`)
  })
  if (sound.numberOfChannels > 2) throw new UserError(`${name}: expected 1 or 2 channels, got ${sound.numberOfChannels}`)
  if (sound.length === 0) throw new UserError(`${name}: expected sound, got 0 samples`)
  const channels = Array.from({ length: sound.numberOfChannels }, (_, c) => sound.getChannelData(c))
  const outliner = new Outliner(sound.length)
  const peaks = [outliner.take(channels, sound.length), outliner.finish()]
  return {
    recording: recordingOf(name, sound.sampleRate, channels), made,
    outline: { samplesPerPeak: outliner.samplesPerPeak, peaks: Float32Array.from(peaks.flatMap((each) => [...each])) },
  }
}
