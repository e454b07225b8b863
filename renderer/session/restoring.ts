// A session becomes the state, all of it at once and only when all of it is good: until then whatever sounds goes on.

import { batch, effect } from '@preact/signals'
import { checkLearned } from '../../worklet/covariance.ts'
import { dictionarySources } from '../../worklet/dictionary.ts'
import { checkSolver } from '../../worklet/parameters.ts'
import { readSelection } from '../../worklet/selection.ts'
import { readPreset } from '../../presets/preset.ts'
import { loadPreset } from '../assets.ts'
import { openMicrophone, openSystem } from '../devices/input.ts'
import * as engine from '../engine.ts'
import { freshHistory } from '../history.ts'
import { readKept } from '../kept-presets.ts'
import { layout } from '../layout.ts'
import { midi } from '../midi/state.ts'
import { notes } from '../notes/state.ts'
import { painting, picture } from '../painting/state.ts'
import { view, within } from '../spectrogram/view.ts'
import { state } from '../state.ts'
import type { ChosenPreset } from '../state.ts'
import type { LiveReference, PresetReference, SessionDocument, ViewPart } from './document.ts'
import { checksum } from './fingerprint.ts'
import { choosePorts } from './ports.ts'
import { session } from './state.ts'
import { packed } from './taking.ts'

interface Found { readonly chosen: ChosenPreset; /** Something about it that a person should know. */ readonly note: string | null }

async function findPreset(reference: PresetReference, where: string): Promise<Found> {
  if ('shipped' in reference) {
    const { shipped } = reference
    if (!state.presets.peek().includes(shipped)) throw new RangeError(`${where}.shipped: expected one of ${state.presets.peek().join(', ')}, got ${JSON.stringify(shipped)}`)
    const chosen = await loadPreset(shipped)
    const same = packed(chosen.preset).checksum === reference.checksum
    return { chosen, note: same ? null : `The preset ${chosen.name} has changed since this was saved: it may sound a little different.` }
  }
  const { name, kept, data } = reference
  if (kept !== undefined) {
    const here = await readKept(kept).catch(() => null) // forgotten, or kept on another machine: it came along
    if (here && packed(here.preset).checksum === checksum(data)) return { chosen: here, note: null }
  }
  return { chosen: { name, preset: readPreset(data, `${where} (${name})`) }, note: null }
}

export interface Ready { readonly document: SessionDocument; readonly chosen: ChosenPreset; readonly notesPreset: ChosenPreset | null; readonly notes: readonly string[] }

/** Everything that can fail: the presets, and whether the selection fits its own. */
export async function prepare(document: SessionDocument, name: string): Promise<Ready> {
  try {
    const main = await findPreset(document.preset, 'preset')
    const second = document.notes.preset && await findPreset(document.notes.preset, 'notesPreset')
    const { dictionary, covariances = {} } = main.chosen.preset
    const selection = readSelection(document.selection, dictionarySources(dictionary.atoms))
    checkLearned(selection, { ...covariances, ...document.places })
    checkSolver(dictionary.divergence, document.settings)
    return { document: { ...document, selection }, chosen: main.chosen, notesPreset: second?.chosen ?? null, notes: [main.note, second?.note ?? null].filter((note) => note !== null) }
  } catch (error) {
    const { message } = error as Error
    throw new TypeError(message.startsWith(name) ? message : `${name}: ${message}`)
  }
}

/** The studio stands with everything but the sound, which is asked for. */
export async function adopt({ document, chosen, notesPreset }: Ready): Promise<void> {
  await engine.close()
  batch(() => {
    const { sound, live, notes: playing, midi: out } = document
    state.playing.value = false
    state.input.value = { kind: 'none' }
    state.missing.value = sound
    session.sound.value = null
    painting.of.value = sound?.name ?? null
    state.covariances.value = { ...state.covariances.peek(), ...chosen.preset.covariances, ...document.places }
    state.preset.value = chosen
    state.settings.value = document.settings
    state.selection.value = document.selection
    state.given.value = null
    state.rest.value = document.rest
    state.chosen.value = state.chosenPlace.value = null
    state.passage.value = document.passage
    state.loop.value = document.loop
    state.markers.value = document.markers
    if (live) state.latency.value = live.latency
    notes.preset.value = notesPreset
    notes.settings.value = playing.settings
    notes.from.value = playing.from
    notes.on.value = playing.on
    notes.edited.value = playing.edited && { input: state.input.peek(), list: playing.edited }
    notes.selected.value = new Set()
    midi.setup.value = out.setup
    midi.ahead.value = out.ahead
    midi.hear.value = out.hear
    midi.level.value = out.level
    state.screen.value = document.view.screen
    notes.tab.value = document.view.drawer
    const { layout: divided, folded: side, drawerFolded: drawer } = document.view
    layout.value = divided ?? { ...layout.peek(), folded: { ...layout.peek().folded, side, drawer } }
    freshHistory()
  })
  choosePorts(document.midi.ports)
}

/** What a new picture of a file begins without: where a person had zoomed to, and the passage. */
export function restoreView({ zoom }: ViewPart, passage: SessionDocument['passage'], seconds: number): void {
  const stop = effect(() => {
    if (picture.value === null) return
    queueMicrotask(() => {
      stop()
      if (zoom) view.value = within(zoom, seconds)
      state.passage.value = passage
    })
  })
}

export async function openLive({ from, device, name }: LiveReference, screen: ViewPart['screen']): Promise<void> {
  if (from === 'system') await openSystem()
  else await openMicrophone(state.microphones.peek().find(({ deviceId, label }) => (device !== '' && deviceId === device) || label === name)?.deviceId)
  if (state.input.peek().kind === 'microphone') state.screen.value = screen
}
