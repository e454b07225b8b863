// A small band made by code, and a preset that knows its instruments exactly: what the page's tests and pictures play.

import { binCount, divergences } from '../worklet/dictionary.ts'
import type { Atom } from '../worklet/dictionary.ts'
import { writePreset } from '../presets/preset.ts'
import { random } from './signals.ts'

export const RATE = 44_100
const FFT = 4096

interface Instrument {
  readonly name: string
  readonly pitches: readonly [number, number]
  /** −1 left … 1 right. */
  readonly pan: number
  readonly level: number
  /** Seconds until a note has fallen to a third; Infinity sustains. */
  readonly decay: number
  /** Cents up and down, five times a second. */
  readonly vibrato: number
  partial(number: number, hertz: number): number
}

const hill = (hertz: number, centre: number, octaves: number): number => Math.exp(-((Math.log2(hertz / centre) / octaves) ** 2))

export const instruments: readonly Instrument[] = [
  { name: 'piano', pitches: [57, 76], pan: -0.5, level: 0.16, decay: 0.55, vibrato: 0, partial: (n) => n ** -1.25 * Math.exp(-n / 14) },
  {
    name: 'trumpet', pitches: [62, 81], pan: 0.45, level: 0.09, decay: Infinity, vibrato: 7,
    partial: (n, hertz) => n ** -0.5 * (0.2 + hill(hertz, 1600, 0.9)),
  },
  { name: 'bass', pitches: [33, 52], pan: 0, level: 0.3, decay: 0.9, vibrato: 0, partial: (n) => n ** -1.9 },
]

const hertzOf = (pitch: number): number => 440 * 2 ** ((pitch - 69) / 12)
const TOP = 14_000

/** One spectrum per note: lobes of the analysis window at its partials. */
export function bandPreset(settings: Parameters<typeof writePreset>[0]['settings'] = {}): Uint8Array<ArrayBuffer> {
  const bins = binCount(FFT)
  const atoms: Atom[] = []
  const rows: Float32Array[] = []
  for (const { name, pitches: [low, high], partial } of instruments)
    for (let pitch = low; pitch <= high; pitch++) {
      const row = new Float32Array(bins).fill(1e-6)
      for (let n = 1; n * hertzOf(pitch) < TOP; n++) {
        const centre = n * hertzOf(pitch) * FFT / RATE
        for (let bin = Math.max(0, Math.floor(centre) - 6); bin <= centre + 6; bin++)
          row[bin]! += partial(n, n * hertzOf(pitch)) * Math.exp(-(((bin - centre) / 1.05) ** 2))
      }
      const sum = row.reduce((total, x) => total + x, 0)
      atoms.push({ source: name, pitch })
      rows.push(row.map((x) => x / sum))
    }
  const spectra = new Float32Array(atoms.length * bins)
  rows.forEach((row, i) => spectra.set(row, i * bins))
  return writePreset({
    name: 'Small band', description: 'Three instruments made by code, for tests and pictures.',
    dictionary: { sampleRate: RATE, fftSize: FFT, hopSize: FFT / 4, tailSize: FFT, divergence: divergences['kl']!, atoms, spectra },
    settings, selection: null, head: null, tensors: new Map(),
    learned: { method: 'computed', files: [], licences: ['MIT'], command: 'test/band.ts', seed: 0 },
  })
}

interface Note { readonly instrument: Instrument; readonly pitch: number; readonly from: number; readonly seconds: number }

const TUNE = [74, 77, 76, 72, 74, 69, 71, 72, 74, 76, 77, 81, 79, 76, 74, 72]
const CHORDS = [[62, 65, 69], [60, 64, 67], [58, 62, 65], [57, 61, 64]]

function score(seconds: number): Note[] {
  const [piano, trumpet, bass] = instruments as [Instrument, Instrument, Instrument]
  const beat = 0.42
  const notes: Note[] = []
  for (let b = 0; b * beat < seconds; b++) {
    const chord = CHORDS[Math.floor(b / 4) % CHORDS.length]!
    if (b % 2 === 0) for (const pitch of chord) notes.push({ instrument: piano, pitch, from: b * beat, seconds: 1.9 * beat })
    else notes.push({ instrument: piano, pitch: chord[b % 3]! + 7, from: b * beat, seconds: 0.9 * beat })
    if (b % 8 !== 7) notes.push({ instrument: trumpet, pitch: TUNE[b % TUNE.length]!, from: b * beat, seconds: 0.88 * beat })
    if (b % 2 === 0) notes.push({ instrument: bass, pitch: chord[0]! - 24, from: b * beat, seconds: 1.2 * beat })
    else notes.push({ instrument: bass, pitch: chord[b % 4 === 1 ? 2 : 0]! - 24, from: (b + 0.5) * beat, seconds: 0.45 * beat })
  }
  return notes
}

/** Left and right; each instrument alone with `only`. A little noise belongs to nobody. */
export function band(seconds: number, only?: string): [Float32Array<ArrayBuffer>, Float32Array<ArrayBuffer>] {
  const length = Math.round(seconds * RATE)
  const channels: [Float32Array<ArrayBuffer>, Float32Array<ArrayBuffer>] = [new Float32Array(length), new Float32Array(length)]
  for (const { instrument, pitch, from, seconds: duration } of score(seconds)) {
    if (only !== undefined && instrument.name !== only) continue
    const { pan, level, decay, vibrato, partial } = instrument
    const note = new Float32Array(Math.round(duration * RATE))
    const strengths: number[] = []
    for (let n = 1; n * hertzOf(pitch) < TOP; n++) strengths.push(level * partial(n, n * hertzOf(pitch)))
    const inPhase = strengths.map((strength, k) => strength * Math.cos(1.7 * (k + 1) ** 2))
    const across = strengths.map((strength, k) => strength * Math.sin(1.7 * (k + 1) ** 2))
    const step = 2 * Math.PI * hertzOf(pitch) / RATE
    const depth = step * (2 ** (vibrato / 1200) - 1) * RATE / (2 * Math.PI * 5)
    for (let i = 0; i < note.length; i++) {
      // The partials turn n times as fast as the first: powers of one rotation, instead of a sine for each.
      const phase = step * i + depth * Math.sin(2 * Math.PI * 5 * i / RATE)
      const [re, im] = [Math.cos(phase), Math.sin(phase)]
      let [x, y, sum] = [1, 0, 0]
      for (let k = 0; k < inPhase.length; k++) {
        const turned = x * re - y * im
        y = x * im + y * re
        x = turned
        sum += inPhase[k]! * y + across[k]! * x
      }
      note[i] = sum
    }
    const start = Math.round(from * RATE)
    for (let i = 0; i < note.length && start + i < length; i++) {
      const envelope = Math.min(1, i / 300, (note.length - i) / 900) * (decay === Infinity ? 1 : Math.exp(-i / RATE / decay))
      channels[0][start + i]! += note[i]! * envelope * Math.sqrt((1 - pan) / 2)
      channels[1][start + i]! += note[i]! * envelope * Math.sqrt((1 + pan) / 2)
    }
  }
  if (only === undefined) {
    const next = random(5)
    for (const channel of channels) for (let i = 0; i < length; i++) channel[i]! += 0.0012 * (2 * next() - 1)
  }
  return channels
}

/** 32-bit float WAV. */
export function waveFile(channels: readonly Float32Array[], rate = RATE): Buffer {
  const frames = channels[0]!.length
  const file = Buffer.alloc(44 + frames * channels.length * 4)
  file.write('RIFF', 0, 'latin1')
  file.writeUInt32LE(file.length - 8, 4)
  file.write('WAVEfmt ', 8, 'latin1')
  file.writeUInt32LE(16, 16)
  file.writeUInt16LE(3, 20)
  file.writeUInt16LE(channels.length, 22)
  file.writeUInt32LE(rate, 24)
  file.writeUInt32LE(rate * channels.length * 4, 28)
  file.writeUInt16LE(channels.length * 4, 32)
  file.writeUInt16LE(32, 34)
  file.write('data', 36, 'latin1')
  file.writeUInt32LE(file.length - 44, 40)
  for (let i = 0; i < frames; i++) channels.forEach((channel, c) => file.writeFloatLE(channel[i]!, 44 + (i * channels.length + c) * 4))
  return file
}
