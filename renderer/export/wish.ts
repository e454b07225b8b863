// What a person wants written, and whether it can be: choices of the moment, of the file that is open.

import { computed, signal } from '@preact/signals'
import { clock } from '../format.ts'
import { mixFileName, safeName, sourceFileNames } from '../file-names.ts'
import { host } from '../host.ts'
import { cutNotes } from '../notes/cut.ts'
import { midiBytes, notesToWrite } from '../notes/export.ts'
import { notes, shownNotes } from '../notes/state.ts'
import { titleOf } from '../notes/presets.ts'
import { recorded } from '../recording/state.ts'
import { state } from '../state.ts'
import { wavBytes } from '../wav.ts'
import type { Bits } from '../wav.ts'
import type { FilePlan } from './written.ts'

/** Of the file: all of it, or what is marked or plays over and over, where there is such a thing. */
export type Stretch = 'whole' | 'passage' | 'loop'

export interface Wish {
  /** Names of sources that get no file of their own. */
  readonly left: ReadonlySet<string>
  readonly rest: boolean
  readonly mix: boolean
  readonly midi: boolean
  /** Sources with their faders and pans, rather than as they are found. */
  readonly placed: boolean
  readonly bits: Bits
  readonly stretch: Stretch
  readonly refine: boolean
}

export const wish = signal<Wish>({ left: new Set(), rest: true, mix: true, midi: false, placed: false, bits: 'float', stretch: 'whole', refine: false })
export const want = (more: Partial<Wish>): void => { wish.value = { ...wish.peek(), ...more } }

export function toggleSource(name: string): void {
  const left = new Set(wish.peek().left)
  if (!left.delete(name)) left.add(name)
  want({ left })
}

/** Names of all files there could be: of each source, of the rest, of the mix. */
const names = computed(() => {
  const stems = sourceFileNames(state.selection.value.sources.map(({ name }) => name))
  return { sources: stems.slice(0, -1), rest: stems.at(-1)!, mix: mixFileName(stems) }
})

export const plan = computed<readonly FilePlan[]>(() => {
  const { left, rest, mix } = wish.value
  const { sources } = state.selection.value
  return [
    ...sources.flatMap(({ name }, k): FilePlan[] => (left.has(name) ? [] : [{ name: names.value.sources[k]!, holds: k }])),
    ...(rest ? [{ name: names.value.rest, holds: 'rest' } as const] : []),
    ...(mix ? [{ name: names.value.mix, holds: 'mix' } as const] : []),
  ]
})

const RATE_UNTIL_KNOWN = 48_000
/** What there is of the stretch that is wished for; all of the file where there is no such thing now. */
export const stretch = computed<Stretch>(() => {
  const wished = wish.value.stretch
  return wished !== 'whole' && state[wished].value ? wished : 'whole'
})
/** Which samples of the file are wanted. */
export const span = computed(() => {
  const { sampleRate: rate, length } = recorded.value?.recording.value ?? { sampleRate: RATE_UNTIL_KNOWN, length: 0 }
  const passage = stretch.value === 'whole' ? null : state[stretch.value].value
  const at = (seconds: number): number => Math.min(length, Math.max(0, Math.round(seconds * rate)))
  return passage ? { rate, from: at(passage.from), to: at(passage.to) } : { rate, from: 0, to: length }
})

/** Bytes of one sound file. */
export const fileBytes = computed(() => {
  const input = state.input.value
  const { rate, from, to } = span.value
  return input.kind === 'file' ? wavBytes({ sampleRate: rate, channels: input.channels, bits: wish.value.bits }, to - from) : 0
})

/** The notes there are to write, or will be: null where nobody has asked for any. */
export const noteFile = computed<{ readonly name: string; readonly from: string; readonly share: number | null; readonly count: number } | null>(() => {
  const preset = notes.preset.value
  const share = notes.progress.value
  const count = shownNotes.value.length
  if (!notes.on.value || state.input.value.kind !== 'file' || (share === null && count === 0)) return null
  const from = notes.from.value ?? (preset ? titleOf(preset) : 'notes')
  return { name: `${safeName(from)}.mid`, from, share, count }
})
export const wantsMidi = computed(() => wish.value.midi && noteFile.value !== null)

/** The notes as they stand, as a file that begins where the sound files do. */
export function midiOf({ rate, from, to }: typeof span.value): { readonly bytes: Uint8Array<ArrayBuffer>; readonly count: number } {
  const list = cutNotes(notesToWrite(), from / rate, to / rate)
  return { bytes: midiBytes(list), count: list.length }
}

export const files = computed(() => plan.value.length + (wantsMidi.value ? 1 : 0))
/** Of the sound files: notes weigh next to nothing. */
export const bytes = computed(() => plan.value.length * fileBytes.value)

/** Why there can be no export now, or null. */
export const noExport = computed<string | null>(() => {
  const input = state.input.value
  if (input.kind !== 'file') return 'Only a file can be exported: open one.'
  if (recorded.value?.share.value !== null) return 'The file is still being read.'
  if (files.value === 0) return 'Nothing is chosen: tick a file to write.'
  const most = host().folderBytes
  if (most === undefined || bytes.value <= most) return null
  const seconds = input.seconds * most / (plan.value.length * fileBytes.value)
  return `${clock(input.seconds, 0)} in ${plan.value.length} files is more than this browser can hold, which is ${clock(seconds, 0)}. Export fewer files or a passage, or use the desktop app, Chrome or Edge, where any length fits.`
})

/** Why nothing can be refined, or null. */
export const noRefining = computed<string | null>(() => {
  const input = state.input.value
  if (input.kind === 'file' && input.channels !== 2) return 'Needs two channels; this file has one.'
  if (!state.selection.value.sources.some(({ places = [] }) => places.length > 0)) return 'Needs sources with places: give one its place in the stereo field first.'
  return null
})
export const refines = computed(() => wish.value.refine && noRefining.value === null && plan.value.length > 0)
