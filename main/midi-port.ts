// The virtual MIDI port "Winnow", which other programs see as an instrument (macOS, Linux). The native module knows
// nothing of time, so messages wait here for theirs; what sounds is known here as well, so that it ends even when the
// page that began it is gone without a word.

import { createRequire } from 'node:module'
import { performance } from 'node:perf_hooks'
import type { MidiMessage } from '../renderer/host.ts'

/** As much of the native module as is used. */
export interface Native { readonly Output: new () => Output }
export interface Output {
  openVirtualPort(name: string): void
  sendMessage(bytes: number[]): void
  closePort(): void
  destroy(): void
}

export const PORT_NAME = 'Winnow'
const MOST_MESSAGES = 1024 // at once
/** More than a cable carries in a second, several times over. */
const MOST_PER_SECOND = 5000
const FARTHEST = 10_000 // ms
/** A message is sent when no more than this is left; timers know whole milliseconds only. */
const CLOSE = 0.15 // ms
const ALL_NOTES_OFF = 123
const CENTRE = [0, 64] as const

const shown = (value: unknown): string => (typeof value === 'number' ? `${value}` : Array.isArray(value) ? `[${value.slice(0, 4).map(shown).join()}]` : value === null ? 'null' : typeof value)

function number(value: unknown, what: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new TypeError(`${what}: expected a number, got ${shown(value)}`)
  return value
}

/** Channel messages and nothing else: no system message passes, and no length that its status does not have. */
function channelMessage(value: unknown): number[] {
  const bytes: unknown[] = Array.isArray(value) ? value : []
  const status = typeof bytes[0] === 'number' ? bytes[0] : 0
  const length = status >> 4 === 12 || status >> 4 === 13 ? 2 : 3
  const right = status >= 0x80 && status < 0xf0 && bytes.length === length
    && bytes.every((byte, i) => Number.isInteger(byte) && (i === 0 || (byte as number) >= 0 && (byte as number) < 128))
  if (!right) throw new TypeError(`bytes: expected a channel message of MIDI, got ${shown(value)}`)
  return bytes as number[]
}

/** What came from a page, whole and valid, or one sentence. */
export function midiMessages(value: unknown, now: unknown): { messages: MidiMessage[]; now: number } {
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_MESSAGES)
    throw new TypeError(`messages: expected a list of 1 to ${MOST_MESSAGES}, got ${Array.isArray(value) ? value.length : shown(value)}`)
  const time = number(now, 'now')
  const messages = (value as unknown[]).map((message): MidiMessage => {
    const { bytes, at } = (typeof message === 'object' ? message ?? {} : {}) as Record<string, unknown>
    const when = number(at, 'at')
    if (when > time + FARTHEST) throw new RangeError(`at: expected at most ${FARTHEST} ms from now, got ${Math.round(when - time)}`)
    return { bytes: channelMessage(bytes), at: when }
  })
  return { messages, now: time }
}

/** What other notes need, so that a port that could not be had says what to do. */
function sentence(error: unknown, platform: string): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'MODULE_NOT_FOUND') return 'the virtual port’s module (@julusian/midi) is not installed: reinstall Winnow, or choose another port'
  if (/RtMidi|ALSA|initiali[sz]e/i.test(message) || /\.so\b/.test(message))
    return platform === 'linux' ? 'this Linux has no ALSA sequencer (/dev/snd/seq): load the kernel’s module snd-seq, or choose another port'
      : 'the system’s MIDI could not be started: restart it, or choose another port'
  return message
}

/** Beside this file once it is built; see main/build.mjs. */
export const nativeMidi = (): Native => createRequire(import.meta.url)('./midi.cjs') as Native

export interface MidiPort {
  open(): void
  /** Times in milliseconds of the page's clock, which says `now`. */
  send(messages: readonly MidiMessage[], now: number): void
  /** Ends what sounds. */
  close(): void
}

export function midiPort(load: () => Native = nativeMidi, platform: string = process.platform): MidiPort {
  let output: Output | null = null
  let queue: { readonly bytes: readonly number[]; readonly due: number }[] = []
  let timer: NodeJS.Timeout | undefined
  let soon: NodeJS.Immediate | undefined
  /** Why it closed by itself. */
  let fault: string | null = null
  /** channel × 128 + pitch, of what began and did not end. */
  const sounding = new Set<number>()
  const used = new Set<number>()
  /** Our clock less the page's, and what it took to get here: the least of what was seen is the truest. */
  let distance = Infinity
  let [allowance, filled] = [MOST_PER_SECOND, 0]

  function put(bytes: readonly number[]): void {
    const [status = 0, pitch = 0, velocity = 0] = bytes
    const key = (status & 15) << 7 | pitch
    used.add(status & 15)
    if (status >> 4 === 9 && velocity > 0) sounding.add(key)
    else if (status >> 4 === 8 || status >> 4 === 9) sounding.delete(key)
    output?.sendMessage([...bytes])
  }

  /** Sends what is due, and comes back for what is not: by a timer, and for the last milliseconds, which no timer knows, at every turn. */
  function run(): void {
    rest()
    try {
      while (queue[0] && queue[0].due - performance.now() <= CLOSE) put(queue.shift()!.bytes)
    } catch (error) {
      fault = (error as Error).message
      close()
    }
    if (!queue[0]) return
    const wait = Math.floor(queue[0].due - performance.now()) - 1
    if (wait >= 1) timer = setTimeout(run, wait)
    else soon = setImmediate(run)
  }
  function rest(): void {
    clearTimeout(timer)
    clearImmediate(soon)
  }

  function close(): void {
    rest()
    queue = []
    const closing = output
    if (!closing) return
    try {
      for (const key of [...sounding]) put([0x80 | key >> 7, key & 127, 64])
      for (const channel of used) {
        put([0xe0 | channel, ...CENTRE])
        put([0xb0 | channel, ALL_NOTES_OFF, 0])
      }
      closing.closePort()
      closing.destroy()
    } catch (error) {
      fault = (error as Error).message
    } finally {
      output = null
      sounding.clear()
      used.clear()
    }
  }

  return {
    open() {
      if (output) return
      if (platform === 'win32') throw new Error('Windows has no virtual MIDI ports: install loopMIDI, add a port there, and choose it here')
      try {
        const made = new (load().Output)()
        made.openVirtualPort(PORT_NAME)
        output = made
      } catch (error) {
        throw new Error(sentence(error, platform), { cause: error })
      }
      distance = Infinity
      fault = null
    },

    send(messages, now) {
      if (!output) throw new Error(fault === null ? 'the virtual port is closed' : `the virtual port failed: ${fault}`)
      const here = performance.now()
      allowance = Math.min(MOST_PER_SECOND, allowance + (here - filled) * MOST_PER_SECOND / 1000)
      filled = here
      if (messages.length > allowance) {
        close()
        throw new RangeError(`expected at most ${MOST_PER_SECOND} messages in a second, got more: the port was closed`)
      }
      allowance -= messages.length
      distance = Math.min(distance, here - now)
      for (const { bytes, at } of messages) queue.push({ bytes, due: at + distance })
      run()
    },

    close,
  }
}
