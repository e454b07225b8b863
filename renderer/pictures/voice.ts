// Pictures of sounds that nobody recorded: the live spectrogram's own drawing, fed with made-up frames. They show what the
// picture will look like, and weigh nothing.

import { Frame } from '../../worklet/frame.ts'
import { createSpectrogram } from '../spectrogram/spectrogram.ts'
import type { Spectrogram } from '../spectrogram/spectrogram.ts'

const RATE = 48_000
const FFT = 2048
const HOP = 1024
const SECONDS = 5
const BINS = FFT / 2 + 1

/** Adds a harmonic sound of a pitch to one source's energy. */
function addTone(energy: Float32Array, hertz: number, level: number, slope: number, formant: (hertz: number) => number): void {
  for (let h = 1; h * hertz < 17_000; h++) {
    const centre = h * hertz * FFT / RATE
    const strength = level * h ** -slope * formant(h * hertz)
    for (let i = Math.max(0, Math.floor(centre) - 3); i <= Math.min(BINS - 1, Math.ceil(centre) + 3); i++)
      energy[i]! += strength * Math.exp(-(((i - centre) / 0.9) ** 2))
  }
}

const hill = (x: number, at: number, width: number): number => Math.exp(-(((Math.log2(x) - Math.log2(at)) / width) ** 2))

const smooth = (x: number): number => { const t = Math.max(0, Math.min(1, x)); return t * t * (3 - 2 * t) }

/** Syllables of a voice over a room: [start, length, pitch, glide, vowel]. */
const syllables = [
  [0.1, 0.34, 190, -22, 0.9], [0.5, 0.24, 205, 12, 0.2], [0.84, 0.42, 182, -38, 0.6], [1.62, 0.22, 176, 30, 0.1],
  [1.9, 0.3, 214, -26, 1], [2.28, 0.5, 188, -52, 0.4], [3.14, 0.28, 168, 34, 0.8], [3.5, 0.2, 208, 6, 0.3],
  [3.78, 0.44, 198, -46, 0.7], [4.5, 0.4, 180, -20, 0.2],
] as const
const hisses = [0.42, 0.78, 1.86, 3.44, 4.26]

/** What there is of the voice and of the room at a time, per bin. */
function speak(t: number, own: Float32Array, noise: Float32Array, random: () => number): void {
  for (const [start, length, pitch, glide, vowel] of syllables) {
    const x = (t - start) / length
    if (x < -0.1 || x > 1.15) continue
    const loud = smooth((x + 0.1) * 6) * smooth((1.15 - x) * 3.5)
    addTone(own, pitch + glide * x + 9 * Math.sin(6 * x), 240 * loud, 1, (f) =>
      0.05 + hill(f, 350 + 420 * vowel, 0.45) + 0.5 * hill(f, 2300 - 1100 * vowel + 300 * x, 0.3) + 0.3 * hill(f, 3300, 0.3))
  }
  for (const at of hisses) {
    const loud = Math.exp(-(((t - at) / 0.05) ** 2))
    if (loud > 0.02) for (let i = 100; i < BINS; i++) own[i]! += 7 * loud * hill(i * RATE / FFT, 6500, 0.7) * (0.3 + random())
  }
  for (let i = 2; i < BINS; i++) {
    const room = (7 / (1 + (i / 9) ** 1.15) + 0.012) * (1 + 0.4 * Math.sin(t * 2.3 + i / 45))
    noise[i]! += room * (0.15 + random() * random() * 1.6)
  }
}

const BLUE = 1 // of the sources' colours
/** Frames that are made before the page may go on. */
const PIECE = 8

type Strip = 'heard' | 'sent'

/** The voice of before in a room, and what is sent on of it: spoken once, however many strips show it. */
function* stripsOf(strips: readonly Strip[]): Generator<void, readonly Spectrogram[]> {
  const pictures = strips.map(() => createSpectrogram({ sampleRate: RATE, fftSize: FFT, windowSize: FFT, hopSize: HOP, sources: BLUE + 1 }, SECONDS))
  const frame = new Frame({ channels: 1, bins: BINS, sources: BLUE + 1, atoms: 0 })
  const own = new Float32Array(BINS)
  const noise = new Float32Array(BINS)
  let seed = 7
  const random = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647
  // A second ahead of the picture, so that its light has settled.
  for (let n = -Math.round(RATE / HOP); n < SECONDS * RATE / HOP; n++) {
    own.fill(0)
    noise.fill(0)
    speak((n * HOP / RATE + SECONDS) % SECONDS, own, noise, random)
    strips.forEach((strip, k) => {
      for (let i = 0; i < BINS; i++) {
        const room = strip === 'sent' ? 0.02 * noise[i]! : noise[i]!
        frame.magnitude[i] = own[i]! + room
        frame.masks[BLUE * BINS + i] = own[i]! / (own[i]! + room + 1e-9)
      }
      pictures[k]!.push(frame)
    })
    if (n % PIECE === 0) yield
  }
  return pictures
}

/** What the microphone hears. */
export function* drawHeard(context: CanvasRenderingContext2D, width: number, height: number): Generator<void> {
  const [heard] = yield* stripsOf(['heard'])
  heard!.draw(context, 0, 0, width, height, 'high')
}

/** Above what the microphone hears, below what is sent on. */
export function* drawVoice(context: CanvasRenderingContext2D, width: number, height: number): Generator<void> {
  const middle = Math.round(height / 2)
  const [heard, sent] = yield* stripsOf(['heard', 'sent'])
  heard!.draw(context, 0, 0, width, middle, 'high')
  sent!.draw(context, 0, middle, width, height - middle, 'high')
  context.fillStyle = 'rgba(255,255,255,.7)'
  context.fillRect(0, middle - 0.5, width, 1)
}
