// "Play the demo": a short piece made here and now, opened by the same door as a file, with a selection that knows who stands
// where. Whoever is about to press the button has it made already.

import { batch, computed, signal } from '@preact/signals'
import { openSound } from '../actions.ts'
import { loadPreset } from '../assets.ts'
import type { OpenedFile } from '../host.ts'
import { loading, sentence, show, soundGoesOn } from '../saying.ts'
import { state } from '../state.ts'
import type { ChosenPreset, Input } from '../state.ts'
import { beginGuide } from './steps.ts'
import { DEMO_NAME, demoSelection } from './places.ts'

/** Without atoms: in the demo everything is told by where it stands. */
const PLACES = 'field.preset'

let made: Promise<ArrayBuffer> | null = null

/** Half a second of work: begun when a person comes near the button. */
export function prepareDemo(): Promise<ArrayBuffer> {
  made ??= new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
    worker.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => resolve(data)
    worker.onerror = (event) => reject(new Error(`The demo could not be made: ${event.message || 'its worker did not start'}`))
  })
  made.catch(() => { made = null }) // the next wish tries again
  return made
}

/** The file of the demo, the same in every run: a session that names it makes it anew. */
export async function demoFile(): Promise<OpenedFile> {
  const bytes = await prepareDemo()
  made = null // they belong to whoever opens them
  return { name: DEMO_NAME, bytes }
}

async function demoPreset(): Promise<ChosenPreset> {
  const { preset } = await loadPreset(PLACES)
  return {
    name: 'demo',
    preset: { ...preset, name: 'Demo', description: 'Where the five instruments of the demo stand. It knows nothing of how they sound.', selection: demoSelection },
  }
}

const opened = signal<Input | null>(null)
export const isDemo = computed(() => opened.value !== null && state.input.value === opened.value)

export async function playDemo(): Promise<void> {
  try {
    const [file, preset] = await loading('Making the demo', () => Promise.all([demoFile(), demoPreset()]))
    if (!await openSound(file, preset)) return
    batch(() => {
      opened.value = state.input.peek()
      beginGuide()
    })
  } catch (error) {
    show('danger', sentence(error), soundGoesOn(), { label: 'Try again', run: () => void playDemo() })
  }
}
