// The state as a session: what is written to a file and kept while nobody saves. All of it is immutable, so that taking it
// costs a few references.

import { writePreset } from '../../presets/preset.ts'
import type { Preset } from '../../presets/preset.ts'
import { midi } from '../midi/state.ts'
import { notes } from '../notes/state.ts'
import { layout } from '../layout.ts'
import { view } from '../spectrogram/view.ts'
import { state } from '../state.ts'
import type { ChosenPreset } from '../state.ts'
import type { LiveReference, PresetReference, SessionDocument, SoundReference } from './document.ts'
import { checksum } from './fingerprint.ts'
import { portsWanted } from './ports.ts'
import { session } from './state.ts'
import { namedPlaces } from './writing.ts'

interface Packed { readonly data: Uint8Array; readonly checksum: string }
const known = new WeakMap<Preset, Packed>()

/** The same preset always gives the same bytes. */
export function packed(preset: Preset): Packed {
  let made = known.get(preset)
  if (!made) {
    const data = writePreset(preset)
    known.set(preset, made = { data, checksum: checksum(data) })
  }
  return made
}

export const referenceTo = ({ name, preset, kept, shipped }: ChosenPreset): PresetReference => (shipped !== undefined
  ? { shipped, checksum: packed(preset).checksum } : { name, ...(kept !== undefined && { kept }), data: packed(preset).data })

function soundOf(): SoundReference | null {
  const [input, sound] = [state.input.value, session.sound.value]
  if (input.kind !== 'file' || sound?.input !== input) return state.missing.value
  const { name, seconds, channels, rate } = input
  return { name, seconds, channels, rate, ...sound.print }
}

function liveOf(): LiveReference | null {
  const input = state.input.value
  return input.kind !== 'microphone' ? null : { from: input.from, name: input.name || 'Microphone', device: input.deviceId, latency: state.latency.value }
}

/** Null before anything is open. Reads signals: whoever calls it in an effect is called again. */
export function takeSession(): SessionDocument | null {
  const chosen = state.preset.value
  const [sound, live] = [soundOf(), liveOf()]
  if (!chosen || (!sound && !live)) return null
  const selection = state.selection.value
  const covariances = state.covariances.value
  const edited = notes.edited.value
  return {
    sound, live, preset: referenceTo(chosen), selection,
    settings: state.settings.value, rest: state.rest.value,
    notes: {
      on: notes.on.value, from: notes.from.value, preset: notes.preset.value && referenceTo(notes.preset.value), settings: notes.settings.value,
      edited: edited && edited.input === state.input.value ? edited.list : null,
    },
    midi: { ports: portsWanted(), setup: midi.setup.value, ahead: midi.ahead.value, hear: midi.hear.value, level: midi.level.value },
    passage: state.passage.value, loop: state.loop.value, markers: state.markers.value,
    view: {
      screen: state.screen.value, folded: layout.value.folded.side, drawer: notes.tab.value, drawerFolded: layout.value.folded.drawer, layout: layout.value,
      zoom: sound ? view.value : null,
    },
    places: Object.fromEntries(namedPlaces(selection).flatMap((key) => (Object.hasOwn(covariances, key) ? [[key, covariances[key]!]] : []))),
  }
}
