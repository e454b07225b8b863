// Everything the page knows, in one plain place: what a person chose, what was measured, what went wrong. The views
// draw it, actions.ts changes it, and the engine follows it; only `measured` and faults come back from the sound.

import { computed, signal } from '@preact/signals'
import { initialSettings, parameterNamed } from '../worklet/parameters.ts'
import type { Latency } from '../worklet/latency.ts'
import type { ParameterName, Settings } from '../worklet/parameters.ts'
import type { Covariances } from '../worklet/covariance.ts'
import type { Selection } from '../worklet/selection.ts'
import type { Preset } from '../presets/preset.ts'
import type { SoundReference } from './session/document.ts'

export type Input =
  | { readonly kind: 'none' }
  /** `rate`: what it was made at. Its samples are in recording/state.ts; while they are read, `seconds` may be an estimate. */
  | {
    readonly kind: 'file'; readonly name: string; readonly seconds: number; readonly channels: 1 | 2
    readonly rate: number | null
  }
  /** What comes in live: `lost` while it is away and waited for. */
  | {
    readonly kind: 'microphone'; readonly from: LiveSource; readonly name: string; readonly deviceId: string; readonly channels: 1 | 2
    readonly lost: boolean; readonly cleaning: Cleaning
  }

/** A microphone, or what the machine plays. */
export type LiveSource = 'microphone' | 'system'

/** What browsers do to an input before a page hears it. All of it is asked to be off: false where the browser says that it is, null where it does not say. */
export interface Cleaning { readonly echoCancellation: boolean | null; readonly noiseSuppression: boolean | null; readonly autoGainControl: boolean | null }

export interface Action { readonly label: string; run(): void }

/** What stopped or needs to be known, what is safe, what to do. */
export interface Banner {
  readonly tone: 'danger' | 'warn' | 'note'
  readonly what: string
  readonly safe: string
  readonly actions: readonly Action[]
}

/** `kept`: under which number it is kept on this machine. `shipped`: the file that came with Winnow. */
export interface ChosenPreset { readonly name: string; readonly preset: Preset; readonly kept?: number; readonly shipped?: string }
export interface KeptPreset { readonly id: number; readonly name: string; readonly made: number }
export interface Rest { readonly mute: boolean; readonly solo: boolean; readonly invert?: boolean }
/** Seconds of the file, marked on its ruler. */
export interface Passage { readonly from: number; readonly to: number }

/** A named moment of the file, in seconds. */
export interface Marker { readonly at: number; readonly name: string }

/** What is pointed at in one view, so that the others show it too. */
export type Highlight =
  /** Lit by its mask, and by its colour. */
  | { readonly kind: 'source'; readonly source: number }
  /** `weight` of a bin, 0…1, from its level difference in dB (right positive), its phase difference (radians, right over left) and hertz. */
  | { readonly kind: 'place'; readonly source: number | null; weight(level: number, phase: number, hertz: number): number }
  /** A painted area of a source. */
  | { readonly kind: 'painted'; readonly source: number; readonly area: number }
  /** One spot of the spectrogram, for a cross in the field: `delay` in µs, null where it cannot be told. */
  | { readonly kind: 'bin'; readonly hertz: number; readonly level: number; readonly delay: number | null }

/** An input or an output. The empty id is the system's choice. */
export interface Device { readonly deviceId: string; readonly label: string }

export const state = {
  input: signal<Input>({ kind: 'none' }),
  /** The sound of a session that is open without it; everything else stands ready. */
  missing: signal<SoundReference | null>(null),
  /** What is being opened, as a sentence; null when nothing is. */
  loading: signal<string | null>(null),
  playing: signal(false),
  /** Whether a microphone is heard. A file always is. */
  monitoring: signal(false),
  microphones: signal<readonly Device[]>([]),
  outputs: signal<readonly Device[]>([]),
  /** Where the sound goes, and whether that is away and waited for. */
  output: signal<Device & { readonly lost: boolean }>({ deviceId: '', label: 'The system’s output', lost: false }),
  /** How long a live session may lag; null: as the preset says. */
  latency: signal<Latency | null>(null),
  /** While the room alone is listened to: everything heard is rest, whatever the settings say. */
  hearsRoom: signal(false),
  /** How a live session is shown: on the calm screen or in the studio. */
  screen: signal<'live' | 'studio'>('studio'),
  presets: signal<readonly string[]>([]),
  /** What was learned here and stays on this machine, the oldest first. */
  kept: signal<readonly KeptPreset[]>([]),
  preset: signal<ChosenPreset | null>(null),
  settings: signal<Settings>(initialSettings()),
  selection: signal<Selection>({ mask: 'soft', sources: [] }),
  /** The selection that came with a preset nobody chose: while it stands, pointing at a place starts from places alone. */
  given: signal<Selection | null>(null),
  /** What passages of one source alone have taught about where it stands, for the selection's learned places. Only grows. */
  covariances: signal<Covariances>({}),
  rest: signal<Rest>({ mute: false, solo: false }),
  banner: signal<Banner | null>(null),
  /** Limits of this browser that stay true while the page is open. */
  limits: signal<readonly string[]>([]),
  /** The source that pointing and painting are for, and the one of its places that is being worked on. */
  chosen: signal<number | null>(null),
  chosenPlace: signal<number | null>(null),
  passage: signal<Passage | null>(null),
  /** What plays over and over; null: all of the file. */
  loop: signal<Passage | null>(null),
  /** Named moments of the file, the earliest first. */
  markers: signal<readonly Marker[]>([]),
  highlight: signal<Highlight | null>(null),
}

/** Null is not measured, and is shown as a dash. */
export const measured = {
  sampleRate: signal<number | null>(null),
  /** Of the separator alone, and what browser and device add where they say so. */
  latency: signal<number | null>(null),
  outputLatency: signal<number | null>(null),
  load: signal<number | null>(null),
  passes: signal<number | null>(null),
  dropouts: signal<number | null>(null),
  badSamples: signal<number | null>(null),
  /** dB by which the original is brought to the loudness of the result, where the two are matched. */
  match: signal<number | null>(null),
  /** dB by which all that is heard is turned down now, 0 or less. */
  removed: signal<number | null>(null),
  inputPeak: signal<number | null>(null),
  outputPeak: signal<number | null>(null),
  /** Of the input, over all channels. */
  inputRms: signal<number | null>(null),
  /** Seconds into the file of what is heard now. */
  position: signal<number | null>(null),
  /** Share of the input's energy that each source claims, the rest last; empty while there is none. */
  shares: signal<readonly number[]>([]),
}

export const reductionRow = parameterNamed('reduction')!

/**
 * The rest is none of the selection's sources: its level is the reduction, its solo ("hear what is removed") the others' silence,
 * its inversion the sources whatever is muted, and silence where it is soloed too.
 */
export function heardSelection(selection: Selection, rest: Rest): Selection {
  const { mask, sources } = selection
  if (rest.solo)
    return { mask, sources: sources.map(({ solo = false, mute = false, invert = false, ...source }) => ({ ...source, mute: mute || !solo || invert })) }
  if (!rest.invert || sources.some(({ solo }) => solo)) return selection
  return { mask, sources: sources.map(({ invert = false, ...source }) => ({ ...source, mute: invert })) }
}

/** What is removed is heard at full level, however far it is turned down in the mix. */
export const heardSettings = (settings: Settings, rest: Rest): Settings =>
  ({ ...settings, reduction: rest.invert ? reductionRow.max : rest.solo ? reductionRow.min : rest.mute ? reductionRow.max : settings.reduction })

export const heard = computed(() => heardSelection(state.selection.value, state.rest.value))
export const sent = computed(() => {
  const settings = heardSettings(state.settings.value, state.rest.value)
  return state.hearsRoom.value ? { ...settings, listen: 1 } : settings
})

export function set(name: ParameterName, value: number): void {
  if (state.settings.value[name] !== value) state.settings.value = { ...state.settings.value, [name]: value }
}

export const changeRest = (change: Partial<Rest>): void => { state.rest.value = { ...state.rest.value, ...change } }
