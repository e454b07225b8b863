// A sound file becomes a Recording, on the page's side: a worker decodes it, and what is there can be played at once. Whoever
// reads from a Sound holds it; when nobody does any more, its segments are taken off the disk.

import { signal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import type { OpenedSound } from '../host.ts'
import { UserError } from '../user-error.ts'
import { decodedByBrowser } from './by-browser.ts'
import { newFolder, removeFolder } from './folders.ts'
import type { FromDecoding, ToDecoding } from './messages.ts'
import { extended } from './outline.ts'
import type { Outline } from './outline.ts'
import { emptyRecording, longer } from './recording.ts'
import type { Recording } from './recording.ts'

export interface Sound {
  /** Longer and longer while the file is decoded. */
  readonly recording: ReadonlySignal<Recording>
  readonly outline: ReadonlySignal<Outline>
  /** Of the file, 0 to 1; null once no more is read. */
  readonly share: ReadonlySignal<number | null>
  /** Why it ended before its end; null while nothing is wrong. */
  readonly failure: ReadonlySignal<string | null>
  /** Samples per channel that there will be, as far as that is known; the recording's length once it is whole. */
  readonly expected: ReadonlySignal<number>
  /** Hertz that the file was made at, null where only the browser knows. */
  readonly made: number | null
  /** No more is decoded; what is there stays. */
  stop(): void
  /** For as long as somebody reads from it; the answer lets go. Whoever opened it holds it until `close`. */
  hold(): () => void
  close(): void
}

/** Resolves when the first seconds are there; rejects with one sentence for what is no sound. */
export async function openRecording({ name, source }: OpenedSound): Promise<Sound> {
  if (source.size === 0) throw new UserError(`${name}: expected a sound file, got an empty one`)
  const folder = await newFolder()
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
  const drop = (): void => {
    worker.terminate()
    if (folder) void removeFolder(folder)
  }
  try {
    return await new Promise<Sound>((resolve, reject) => {
      let sound: ReturnType<typeof growing> | null = null
      const fail = (message: string): void => { if (sound) sound.fail(message); else reject(new UserError(message)) }
      worker.onerror = (event) => fail(`${name}: it cannot be decoded: ${event.message || 'the worker did not start'}`)
      worker.onmessage = ({ data }: MessageEvent<FromDecoding>) => {
        if (data.type === 'opened') sound = growing(name, data, drop, () => worker.terminate())
        else if (data.type === 'segment') {
          sound!.grow(data)
          resolve(sound!.sound)
        } else if (data.type === 'done') sound!.finish(data.peaks)
        else if (data.unknown) reject(new ForBrowser())
        else fail(data.message)
      }
      worker.postMessage({ name, source, folder } satisfies ToDecoding)
    })
  } catch (error) {
    drop()
    if (!(error instanceof ForBrowser)) throw error
    return wholly(await decodedByBrowser(name, source instanceof Blob ? source : await (await fetch(source.address)).blob()))
  }
}

class ForBrowser extends Error {}

function growing(name: string, { sampleRate, channels, made, expected, samplesPerPeak }: Extract<FromDecoding, { type: 'opened' }>, drop: () => void, end: () => void) {
  const recording = signal(emptyRecording(name, sampleRate, channels))
  const outline = signal<Outline>({ samplesPerPeak, peaks: new Float32Array(0) })
  const share = signal<number | null>(0)
  const failure = signal<string | null>(null)
  const length = signal(expected)
  let holders = 0
  const whole = (): void => {
    if (recording.peek().whole) return
    end()
    share.value = null
    recording.value = { ...recording.peek(), whole: true }
    length.value = recording.peek().length
  }
  const hold = (): (() => void) => {
    let held = true
    holders++
    return () => {
      if (held && --holders === 0) drop()
      held = false
    }
  }
  const release = hold()
  const sound: Sound = {
    recording, outline, share, failure, made, expected: length,
    stop: whole, hold,
    close() {
      whole() // whoever still reads gets what there is
      release()
    },
  }
  return {
    sound,
    grow({ segment, peaks, share: done, expected: now }: Extract<FromDecoding, { type: 'segment' }>) {
      if (recording.peek().whole) return
      outline.value = extended(outline.peek(), peaks)
      share.value = done
      if (now > length.peek()) length.value = now
      recording.value = longer(recording.peek(), segment)
    },
    finish(peaks: Float32Array) {
      outline.value = extended(outline.peek(), peaks)
      whole()
    },
    fail(message: string) {
      whole()
      failure.value = message
    },
  }
}

const wholly = ({ recording, outline, made }: Awaited<ReturnType<typeof decodedByBrowser>>): Sound => ({
  recording: signal(recording), outline: signal(outline), share: signal(null), failure: signal(null), expected: signal(recording.length), made,
  stop() {}, hold: () => () => {}, close() {},
})
