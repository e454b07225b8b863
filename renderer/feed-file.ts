// Plays a recording of any length from its segments: short buffers of whole quanta, scheduled one behind the other some
// seconds ahead. Each begins on a quantum's first sample, so that nothing is interpolated and what is heard is the file, sample
// for sample; the one in which a loop wraps holds both sides of the seam.

import { RecordingReader } from './recording/read.ts'
import type { Sound } from './recording/decode.ts'
import { positionAt } from './feeds.ts'
import type { FileFeed, Origin } from './feeds.ts'
import type { Passage } from './state.ts'

const QUANTUM = 128
const SEEK_FADE = 0.02
/** A jump starts so much ahead of the clock, lest it be late on a busy machine: it would start late, not skip. */
const AHEAD = 0.04
const MOST_AHEAD = 0.6
/** Seconds of one buffer, and of what is scheduled: hidden pages have their timers once in a second only. */
const CHUNK = 0.37
const SCHEDULED = 3
/** Buffers that are there before a jump is made: the page may be busy right after it. */
const AT_ONCE = 4
const LOOK = 200 // ms
/** What begins sooner than this stays scheduled, whatever changes: there is hardly time to make it anew. */
const KEPT = 0.2

interface Taken { readonly samples: Float32Array<ArrayBuffer>[]; readonly next: number; readonly wraps: boolean }
interface Chunk { readonly player: AudioBufferSourceNode; readonly frame: number; readonly position: number; readonly frames: number; readonly wraps: boolean }

/** One way through the file without a jump: a seek begins another, behind a fade. */
interface Run {
  readonly fade: GainNode
  chunks: Chunk[]
  /** Frame of the context at which the next buffer begins, and the sample of the file that it begins with. */
  frame: number
  position: number
}

/** Silent until the first `seek`: a player that is connected to nothing yet would not start when it is told. */
export function fileFeed(context: AudioContext, sound: Sound): FileFeed {
  const { recording } = sound
  const { sampleRate, channels } = recording.peek()
  const node = new GainNode(context, { channelCount: channels, channelCountMode: 'explicit' })
  const reader = new RecordingReader(recording.peek())
  const chunk = Math.ceil(CHUNK * sampleRate / QUANTUM) * QUANTUM
  let region: { from: number; to: number } | null = null
  let run: Run | null = null
  let asked = 0
  let filling = false
  let closed = false
  let starved = 0
  let origin: Origin = { at: context.currentTime, seconds: 0, from: 0, duration: null }

  /** What plays over and over, in samples. `to` is beyond everything while the end is not known. */
  function bounds(): { readonly from: number; readonly to: number } {
    const { whole, length } = recording.peek()
    const end = whole ? length : Infinity
    return region && region.from < end ? { from: region.from, to: Math.min(region.to, end) } : { from: 0, to: end }
  }
  const durations = (): Pick<Origin, 'from' | 'duration'> => {
    const { from, to } = bounds()
    return { from: from / sampleRate, duration: to === Infinity ? null : (to - from) / sampleRate }
  }
  const now = (): number => Math.round(context.currentTime * sampleRate)
  /** A quantum's first sample, and on the hop's grid where the place in the file allows it. */
  function soon(position: number, ahead: number): number {
    const first = Math.ceil((now() + ahead * sampleRate) / QUANTUM) * QUANTUM
    for (let at = first; at < first + feed.hopSize; at += QUANTUM) if ((at - position) % feed.hopSize === 0) return at
    return first
  }
  const settle = (next: Origin): void => {
    origin = next
    feed.onJump(origin)
  }

  /** The next samples from `position` on, across the seam where there is one. */
  async function take(position: number): Promise<Taken> {
    const samples = Array.from({ length: channels }, () => new Float32Array(chunk))
    let wraps = false
    for (let done = 0; done < chunk; ) {
      const { from, to } = bounds()
      const end = position < to ? to : recording.peek().whole ? recording.peek().length : Infinity
      const count = Math.min(chunk - done, end - position)
      if (count > 0) await reader.read(position, samples.map((channel) => channel.subarray(done, done + count)))
      // It may have turned out meanwhile that the file ends before that.
      const { whole, length } = recording.peek()
      const got = whole ? Math.max(0, Math.min(count, length - position)) : count
      done += got
      position += got
      if (position >= Math.min(end, whole ? length : Infinity)) {
        position = from
        wraps = true
      }
    }
    return { samples, next: position, wraps }
  }

  function schedule(mine: Run, { samples, next, wraps }: Taken): void {
    const buffer = new AudioBuffer({ numberOfChannels: channels, length: chunk, sampleRate })
    samples.forEach((channel, c) => buffer.copyToChannel(channel, c))
    const player = new AudioBufferSourceNode(context, { buffer })
    player.connect(mine.fade)
    player.onended = () => player.disconnect()
    player.start(mine.frame / sampleRate)
    mine.chunks.push({ player, frame: mine.frame, position: mine.position, frames: chunk, wraps })
    mine.frame += chunk
    mine.position = next
    mine.chunks = mine.chunks.filter(({ frame, frames }) => frame + frames > now())
  }

  /** Keeps enough scheduled. What comes too late is heard too late, from where it stopped, and counted. */
  async function fill(): Promise<void> {
    if (filling) return
    filling = true
    try {
      while (run && !closed && run.frame < now() + SCHEDULED * sampleRate) {
        const mine = run
        const from = mine.position
        const taken = await take(from)
        if (run !== mine || closed || mine.position !== from) continue
        if (mine.frame < now()) {
          starved++
          begin(from, [taken])
        } else schedule(mine, taken)
      }
    } catch (error) {
      if (!closed) feed.onFault(error instanceof Error ? error.message : String(error))
    } finally {
      filling = false
    }
  }

  /** From `end` on the run is silent. */
  function stop({ fade, chunks }: Run, end: number): void {
    const value = fade.gain.value
    fade.gain.cancelScheduledValues(context.currentTime)
    fade.gain.setValueAtTime(value, context.currentTime)
    fade.gain.setValueAtTime(value, end - SEEK_FADE)
    fade.gain.linearRampToValueAtTime(0, end)
    for (const { player } of chunks) player.stop(end)
    const last = chunks.at(-1)?.player
    if (last) last.onended = () => fade.disconnect()
    else fade.disconnect()
  }

  /**
   * Another run comes in where the old one has gone, at a time and a sample of the file that are known. Where the page was held up
   * until that time had passed, its first buffer would be late and the others not: then once more, further ahead.
   */
  function begin(position: number, taken: readonly Taken[]): void {
    for (let ahead = AHEAD; ; ahead *= 2) {
      const frame = soon(position, ahead)
      const at = frame / sampleRate
      if (run) stop(run, at)
      const fade = new GainNode(context, { gain: position === 0 ? 1 : 0 }) // a file's own beginning is heard as it is
      fade.connect(node)
      if (position > 0) {
        fade.gain.setValueAtTime(0, at)
        fade.gain.linearRampToValueAtTime(1, at + SEEK_FADE)
      }
      run = { fade, chunks: [], frame, position }
      for (const each of taken) schedule(run, each)
      if (now() >= frame && ahead < MOST_AHEAD) continue
      return settle({ at, seconds: position / sampleRate, ...durations() })
    }
  }

  async function jump(position: number): Promise<void> {
    const mine = ++asked
    try {
      const taken = [await take(position)]
      while (taken.length < AT_ONCE && isThere(taken.at(-1)!.next)) taken.push(await take(taken.at(-1)!.next))
      if (mine !== asked || closed) return
      begin(position, taken)
      await fill()
    } catch (error) {
      if (!closed) feed.onFault(error instanceof Error ? error.message : String(error))
    }
  }

  const isThere = (position: number): boolean => recording.peek().whole || position + chunk <= recording.peek().length

  /** As far as there is something: a buffer before the end of what is still growing. */
  function reachable(seconds: number): number {
    const { length, whole } = recording.peek()
    const most = whole ? length - 1 : Math.max(0, length - chunk)
    return Math.max(0, Math.min(most, Math.round(seconds * sampleRate)))
  }

  /** What loops has changed: what is scheduled and not yet heard is made anew, from where the sound is. */
  function reschedule(): void {
    if (!run) return
    const position = Math.round(positionAt(origin, context.currentTime) * sampleRate)
    const { from, to } = bounds()
    const gone = run.chunks.filter(({ frame }) => frame >= now() + KEPT * sampleRate)
    const splice = gone[0]
    const heard = run.chunks.filter((each) => !gone.includes(each))
    const straight = heard.every(({ wraps }) => !wraps)
    const reached = splice ? splice.position : run.position
    if (position < from || position >= to) return void jump(from)
    if (!straight || reached > to || reached < position) return void jump(position)
    for (const { player } of gone) {
      player.onended = null
      player.stop()
      player.disconnect()
    }
    run.chunks = heard
    if (splice) {
      run.frame = splice.frame
      run.position = splice.position
    }
    settle({ at: Math.max(origin.at, context.currentTime), seconds: position / sampleRate, ...durations() })
    void fill()
  }

  /** Nothing is left to play: the file waits where it is, and says so. */
  function watch(): void {
    if (run && run.frame < now() && origin.at !== Infinity) origin = { at: Infinity, seconds: run.position / sampleRate, ...durations() }
    void fill()
  }

  const timer = setInterval(watch, LOOK)
  const unsubscribe = recording.subscribe((next) => {
    reader.grow(next)
    if (next.whole && run && origin.duration === null) reschedule() // now it is known where it ends
  })

  const feed: FileFeed = {
    node, sound, channels, hopSize: QUANTUM,
    ready: reader.block(0, Math.min(chunk, recording.peek().length)),
    get origin() { return origin },
    get starved() { return starved },
    onJump() {}, onFault() {},
    seek(seconds) { void jump(reachable(seconds)) },
    loop(passage: Passage | null) {
      region = passage && { from: Math.round(passage.from * sampleRate), to: Math.max(Math.round(passage.from * sampleRate) + QUANTUM, Math.round(passage.to * sampleRate)) }
      reschedule()
    },
    close() {
      closed = true
      asked++
      clearInterval(timer)
      unsubscribe()
      if (run) stop(run, context.currentTime + SEEK_FADE)
      node.disconnect()
      sound.close()
    },
  }
  return feed
}
