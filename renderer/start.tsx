// Before anything sounds: what Winnow is for, as large choices. Their pictures are drawn by the live spectrogram itself
// from made-up frames, so they show what the picture will look like, and no recording is needed for them.

import { useEffect, useRef } from 'preact/hooks'
import { Frame } from '../worklet/frame.ts'
import { chooseSound } from './actions.ts'
import { Banners } from './banners.tsx'
import { openMicrophone } from './devices/input.ts'
import { Icon, Logo } from './icons.tsx'
import type { IconName } from './icons.tsx'
import { createSpectrogram } from './spectrogram/spectrogram.ts'
import { state } from './state.ts'

const RATE = 48_000
const FFT = 4096
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

type Scene = (seconds: number, energies: Float32Array[], noise: Float32Array, random: () => number) => void

const hill = (x: number, at: number, width: number): number => Math.exp(-(((Math.log2(x) - Math.log2(at)) / width) ** 2))

const smooth = (x: number): number => { const t = Math.max(0, Math.min(1, x)); return t * t * (3 - 2 * t) }

/** Syllables of a voice over a room: [start, length, pitch, glide, vowel]. */
const syllables = [
  [0.1, 0.34, 190, -22, 0.9], [0.5, 0.24, 205, 12, 0.2], [0.84, 0.42, 182, -38, 0.6], [1.62, 0.22, 176, 30, 0.1],
  [1.9, 0.3, 214, -26, 1], [2.28, 0.5, 188, -52, 0.4], [3.14, 0.28, 168, 34, 0.8], [3.5, 0.2, 208, 6, 0.3],
  [3.78, 0.44, 198, -46, 0.7], [4.5, 0.4, 180, -20, 0.2],
] as const
const hisses = [0.42, 0.78, 1.86, 3.44, 4.26]

const voice: Scene = (t, [own], noise, random) => {
  for (const [start, length, pitch, glide, vowel] of syllables) {
    const x = (t - start) / length
    if (x < -0.1 || x > 1.15) continue
    const loud = smooth((x + 0.1) * 6) * smooth((1.15 - x) * 3.5)
    addTone(own!, pitch + glide * x + 9 * Math.sin(6 * x), 240 * loud, 1, (f) =>
      0.05 + hill(f, 350 + 420 * vowel, 0.45) + 0.5 * hill(f, 2300 - 1100 * vowel + 300 * x, 0.3) + 0.3 * hill(f, 3300, 0.3))
  }
  for (const at of hisses) {
    const loud = Math.exp(-(((t - at) / 0.05) ** 2))
    if (loud > 0.02) for (let i = 200; i < BINS; i++) own![i]! += 7 * loud * hill(i * RATE / FFT, 6500, 0.7) * (0.3 + random())
  }
  for (let i = 3; i < BINS; i++) {
    const room = (7 / (1 + (i / 18) ** 1.15) + 0.012) * (1 + 0.4 * Math.sin(t * 2.3 + i / 90))
    noise[i]! += room * (0.15 + random() * random() * 1.6)
  }
}

const melody = [69, 72, 76, 74, 72, 77, 76, 72, 69, 67]
const chords = [[57, 64, 72], [53, 60, 69], [55, 62, 71], [60, 67, 76]]
const pitchHertz = (pitch: number): number => 440 * 2 ** ((pitch - 69) / 12)

/** A trumpet, a bass and a piano in time. */
const band: Scene = (t, [piano, trumpet, bass], noise, random) => {
  const beat = t * 2.2
  const since = (x: number): number => x - Math.floor(x)
  const flat = (): number => 1
  const chord = chords[Math.floor(beat / 2) % 4]!
  const struck = since(beat / 2)
  for (const pitch of chord) addTone(piano!, pitchHertz(pitch), 120 * smooth(24 * struck) * Math.exp(-2.6 * struck), 1.7, flat)
  const blown = since(beat + 0.15)
  const sung = pitchHertz(melody[Math.floor(beat + 0.15) % 10]!) * (1 + 0.008 * Math.sin(t * 34))
  addTone(trumpet!, sung, 110 * smooth(9 * blown) * smooth((0.85 - blown) * 8), 0.9, (f) => 0.15 + hill(f, 1500, 0.8))
  const plucked = since(beat * 0.75)
  const low = chord[0]! - 12 + (Math.floor(beat * 0.75) % 3 === 1 ? 7 : 0)
  addTone(bass!, pitchHertz(low), 260 * smooth(20 * plucked) * Math.exp(-2.4 * plucked), 1.9, flat)
  for (let i = 3; i < BINS; i++) noise[i]! += 0.03 * random()
}

function paint(canvas: HTMLCanvasElement, scene: Scene, sources: number, order: readonly number[]): void {
  canvas.width = Math.round(canvas.clientWidth * devicePixelRatio)
  canvas.height = Math.round(canvas.clientHeight * devicePixelRatio)
  const context = canvas.getContext('2d', { alpha: false })
  if (!context) return
  const shown = Math.max(...order) + 1
  const picture = createSpectrogram({ sampleRate: RATE, fftSize: FFT, windowSize: FFT, hopSize: HOP, sources: shown }, SECONDS)
  const frame = new Frame({ channels: 1, bins: BINS, sources: shown, atoms: 0 })
  let seed = 7
  const random = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647
  // A second ahead of the picture, so that its light has settled.
  for (let n = -Math.round(RATE / HOP); n < SECONDS * RATE / HOP; n++) {
    const energies = Array.from({ length: sources }, () => new Float32Array(BINS))
    const noise = new Float32Array(BINS)
    scene((n * HOP / RATE + SECONDS) % SECONDS, energies, noise, random)
    frame.masks.fill(0)
    for (let i = 0; i < BINS; i++) {
      const total = energies.reduce((sum, energy) => sum + energy[i]!, noise[i]!)
      frame.magnitude[i] = total
      energies.forEach((energy, k) => { frame.masks[order[k]! * BINS + i] = energy[i]! / (total + 1e-9) })
    }
    picture.push(frame)
  }
  picture.draw(context, 0, 0, canvas.width, canvas.height, 'high')
}

interface CardProps {
  readonly title: string
  readonly text: string
  readonly icon: IconName
  readonly note: string
  readonly scene: Scene
  readonly sources: number
  /** Which source colours they get. */
  readonly order: readonly number[]
  choose(): void
}

const Card = ({ title, text, icon, note, scene, sources, order, choose }: CardProps) => {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const target = canvas.current
    if (!target) return
    const observer = new ResizeObserver(() => paint(target, scene, sources, order))
    observer.observe(target)
    return () => observer.disconnect()
  }, [scene, sources, order])
  return (
    <button type="button" class="card" onClick={choose}>
      <canvas ref={canvas} aria-hidden="true" />
      <span class="card-text">
        <strong>{title}</strong>
        <span>{text}</span>
        <small><Icon name={icon} />{note}</small>
      </span>
    </button>
  )
}

const BLUE = [1]
const BAND = [0, 1, 2]

export const Start = () => (
  <div class="start-page">
    <header class="start-top"><span class="logo"><Logo /><span>Winnow</span></span></header>
    <Banners />
    <main class="start">
      <div class="hero">
        <h1>Pull sound apart while it plays</h1>
        <p>Winnow has learned what things sound like. It takes them out of a mix as you listen.</p>
      </div>
      <div class="cards">
        <Card title="Clean a microphone" text="Keep a voice, lose the room behind it." icon="microphone" note="Live"
          scene={voice} sources={1} order={BLUE} choose={() => void openMicrophone()} />
        <Card title="Un-mix a file" text="Hear each source alone, louder, softer, or not at all." icon="file"
          note="WAV, FLAC, MP3, Ogg" scene={band} sources={3} order={BAND} choose={() => void chooseSound()} />
      </div>
      <p class="drop-here" role="status">
        <Icon name="tray" />{state.loading.value ? `${state.loading.value}…` : 'Drop a sound file anywhere in this window'}
      </p>
    </main>
  </div>
)
