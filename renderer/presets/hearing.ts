// Hearing a preset before using it. Its spectra, one after the other, as a row of tones: an oscillator whose overtones are the
// bins of an atom repeats once in a window and has exactly that spectrum. Or the preset itself on what plays, for as long as
// it is tried: a gesture of the history that ends kept or cancelled, so that nothing of it stays behind.

import { signal } from '@preact/signals'
import type { Dictionary } from '../../worklet/dictionary.ts'
import { choose } from '../actions.ts'
import { begin, cancel, end } from '../history.ts'
import { capital } from '../format.ts'
import { sentence } from '../saying.ts'
import { library } from './library.ts'
import type { Entry } from './library.ts'

/** The id of the entry whose spectra sound, and of the one that is tried on what plays. */
export const sounding = signal<string | null>(null)
export const trying = signal<string | null>(null)

const TONES = 16
const TONE_SECONDS = 0.32
const FADE_SECONDS = 0.03
const LEVEL = 0.2

/** Which atoms to hear: all of a few, evenly chosen ones of many, in their order. */
export function chosenAtoms(count: number, most = TONES): number[] {
  const heard = Math.min(count, most)
  return Array.from({ length: heard }, (_, i) => Math.floor(i * count / heard))
}

let context: AudioContext | null = null
export function hush(): void {
  void context?.close()
  context = null
  sounding.value = null
}

/** Overtones of the window's own frequency; phases by chance, or all would meet in one click. */
function waveOf(context: AudioContext, { spectra, atoms, fftSize }: Dictionary, atom: number): PeriodicWave {
  const bins = spectra.length / atoms.length
  const [real, imag] = [new Float32Array(fftSize / 2), new Float32Array(fftSize / 2)]
  for (let bin = 1; bin < fftSize / 2; bin++) {
    const phase = 2 * Math.PI * Math.random()
    real[bin] = spectra[atom * bins + bin]! * Math.cos(phase)
    imag[bin] = spectra[atom * bins + bin]! * Math.sin(phase)
  }
  return context.createPeriodicWave(real, imag)
}

/** Beside what plays, and through the system's output: never into a call. */
export function hearSpectra({ id, read }: Entry): void {
  const again = sounding.peek() === id
  hush()
  const dictionary = read?.chosen.preset.dictionary
  if (again || !dictionary || dictionary.atoms.length === 0) return
  const mine = context = new AudioContext()
  sounding.value = id
  let at = mine.currentTime + 0.05
  let last: OscillatorNode | null = null
  for (const atom of chosenAtoms(dictionary.atoms.length)) {
    const tone = new OscillatorNode(mine, { frequency: dictionary.sampleRate / dictionary.fftSize, periodicWave: waveOf(mine, dictionary, atom) })
    const fade = new GainNode(mine, { gain: 0 })
    tone.connect(fade).connect(mine.destination)
    fade.gain.setValueAtTime(0, at)
    fade.gain.linearRampToValueAtTime(LEVEL, at + FADE_SECONDS)
    fade.gain.setValueAtTime(LEVEL, at + TONE_SECONDS - FADE_SECONDS)
    fade.gain.linearRampToValueAtTime(0, at + TONE_SECONDS)
    tone.start(at)
    tone.stop(at += TONE_SECONDS)
    last = tone
  }
  last!.onended = () => { if (context === mine) hush() }
}

/** The preset that is tried is on its way: what is taken back waits for it, or it would arrive afterwards. */
let coming: Promise<void> = Promise.resolve()

/** In place of what was tried before, if anything was. */
export async function tryOn({ id, name, read }: Entry): Promise<void> {
  if (!read) return
  await stopTrying()
  trying.value = id
  begin(`Preset ${capital(name)}`)
  coming = choose(read.chosen).catch((error: unknown) => {
    library.remark.value = { tone: 'danger', text: sentence(error) }
    if (trying.peek() === id) trying.value = null
    cancel()
  })
  await coming
}

/** What was heard before is heard again. */
export async function stopTrying(): Promise<void> {
  if (trying.peek() === null) return
  trying.value = null
  await coming
  cancel()
}

/** What is tried is what is used. */
export async function keepTrying(): Promise<void> {
  trying.value = null
  await coming
  end()
}
