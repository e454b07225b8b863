// Before anything sounds: what Winnow is for, as large choices. Their pictures are drawn by the live spectrogram itself
// from made-up frames, so they show what the picture will look like, and no recording is needed for them.

import { useEffect, useRef } from 'preact/hooks'
import { Frame } from '../worklet/frame.ts'
import { chooseSound, openMicrophone } from './actions.ts'
import { Banners } from './banners.tsx'
import { Icon, Logo } from './icons.tsx'
import type { IconName } from './icons.tsx'
import { createSpectrogram } from './spectrogram.ts'
import { state } from './state.ts'

const RATE = 48_000
const FFT = 4096
const HOP = 1024
const SECONDS = 5
const BINS = FFT / 2 + 1

/** Adds a harmonic sound of a pitch to one source's energy. */
function addTone(energy: Float32Array, hertz: number, level: number, slope: number, formant: (hertz: number) => number): void {
  for (let h = 1; h * hertz < 12_000; h++) {
    const centre = h * hertz * FFT / RATE
    const strength = level * h ** -slope * formant(h * hertz)
    for (let i = Math.max(0, Math.floor(centre) - 3); i <= Math.min(BINS - 1, Math.ceil(centre) + 3); i++)
      energy[i]! += strength * Math.exp(-(((i - centre) / 0.9) ** 2))
  }
}

type Scene = (seconds: number, energies: Float32Array[], noise: Float32Array, random: () => number) => void

const hill = (x: number, at: number, width: number): number => Math.exp(-(((Math.log2(x) - Math.log2(at)) / width) ** 2))

/** A voice that rises and falls over a room. */
const voice: Scene = (t, [own], noise, random) => {
  const syllable = Math.max(0, Math.sin(t * 7.3) + 0.45) * (Math.sin(t * 1.35) > -0.75 ? 1 : 0)
  const vowel = 0.5 + 0.5 * Math.sin(t * 2.9)
  addTone(own!, 165 + 42 * Math.sin(t * 1.9) + 18 * Math.sin(t * 5.1), 260 * syllable, 0.55,
    (f) => 0.12 + hill(f, 480 + 320 * vowel, 0.5) + 0.7 * hill(f, 1500 + 900 * (1 - vowel), 0.4) + 0.4 * hill(f, 3100, 0.35))
  if (Math.sin(t * 7.3 + 2.2) > 0.93) for (let i = 260; i < 900; i++) own![i]! += 14 * random()
  for (let i = 3; i < BINS; i++) noise[i]! += (26 / (1 + i / 26)) * (0.25 + random()) + 0.35 * random()
}

const melody = [57, 60, 64, 62, 60, 65, 64, 60, 57, 55]
const chords = [[45, 52, 60], [41, 48, 57], [43, 50, 59], [48, 55, 64]]
const pitchHertz = (pitch: number): number => 440 * 2 ** ((pitch - 69) / 12)

/** A trumpet, a bass and a piano in time. */
const band: Scene = (t, [piano, trumpet, bass], noise, random) => {
  const beat = t * 2.2
  const since = (x: number): number => x - Math.floor(x)
  const flat = (): number => 1
  for (const pitch of chords[Math.floor(beat / 2) % 4]!) addTone(piano!, pitchHertz(pitch + 12), 160 * Math.exp(-2.2 * since(beat)), 1.1, flat)
  addTone(trumpet!, pitchHertz(melody[Math.floor(beat) % 10]! + 12) * (1 + 0.006 * Math.sin(t * 34)), 130 * Math.min(1, 9 * since(beat)) * (since(beat) < 0.8 ? 1 : 0), 0.75,
    (f) => 0.3 + hill(f, 1500, 0.8))
  addTone(bass!, pitchHertz(chords[Math.floor(beat / 2) % 4]![0]! - 5), 330 * Math.exp(-1.2 * since(beat / 2)), 1.7, flat)
  for (let i = 3; i < BINS; i++) noise[i]! += 0.5 * random()
}

function paint(canvas: HTMLCanvasElement, scene: Scene, sources: number, order: readonly number[]): void {
  canvas.width = Math.round(canvas.clientWidth * devicePixelRatio)
  canvas.height = Math.round(canvas.clientHeight * devicePixelRatio)
  const context = canvas.getContext('2d', { alpha: false })
  if (!context) return
  const shown = Math.max(...order) + 1
  const picture = createSpectrogram({ sampleRate: RATE, fftSize: FFT, windowSize: FFT, hopSize: HOP, sources: shown }, SECONDS)
  const frame = new Frame({ bins: BINS, sources: shown, atoms: 0 })
  let seed = 7
  const random = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647
  for (let n = 0; n < SECONDS * RATE / HOP; n++) {
    const energies = Array.from({ length: sources }, () => new Float32Array(BINS))
    const noise = new Float32Array(BINS)
    scene(n * HOP / RATE, energies, noise, random)
    frame.masks.fill(0)
    for (let i = 0; i < BINS; i++) {
      const total = energies.reduce((sum, energy) => sum + energy[i]!, noise[i]!)
      frame.magnitude[i] = total
      energies.forEach((energy, k) => { frame.masks[order[k]! * BINS + i] = energy[i]! / (total + 1e-9) })
    }
    picture.push(frame)
  }
  picture.draw(context, 0, 0, canvas.width, canvas.height)
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
        <Card title="Clean a microphone" text="Keep a voice, lose the room behind it." icon="microphone" note="Live" scene={voice} sources={1} order={BLUE} choose={() => void openMicrophone()} />
        <Card title="Un-mix a file" text="Hear each source alone, louder, softer, or not at all." icon="file" note="WAV, FLAC, MP3, Ogg" scene={band} sources={3} order={BAND} choose={() => void chooseSound()} />
      </div>
      <p class="drop-here" role="status"><Icon name="tray" />{state.loading.value ? `${state.loading.value}…` : 'Drop a sound file anywhere in this window'}</p>
    </main>
  </div>
)
