// What each command of the table does, when it can be done, and what its menu says for now. The only place where names and
// functions meet.

import type { Signal } from '@preact/signals'
import { chooseSound, choosePresetFile, resetSettings, saveSelection, seek, toggleBypass } from '../actions.ts'
import { openCalibration } from '../calibrate/session.ts'
import type { CommandName } from '../commands.ts'
import { playDemo } from '../demo/demo.ts'
import { openMicrophone } from '../devices/input.ts'
import { addSource, hasRoom, removeSource, titleOf, turnSource } from '../editing.ts'
import { openExport } from '../export/export.ts'
import { capital } from '../format.ts'
import { openHelp } from '../help/state.ts'
import type { HelpPage } from '../help/state.ts'
import { redo, redoName, undo, undoName } from '../history.ts'
import { fold, initialLayout, layout } from '../layout.ts'
import type { Part } from '../layout.ts'
import { openLearning } from '../learning/learning.ts'
import { hearWhatGoes, showStudio } from '../live/keys.ts'
import { showNotes } from '../notes/drawer.tsx'
import { stepStrength, stepWidth } from '../painting/bar.tsx'
import { painting } from '../painting/state.ts'
import type { Tool } from '../painting/state.ts'
import { openLibrary } from '../presets/library.ts'
import { addMarker, jumpToMarker, toggleLoop } from '../recording/looping.ts'
import { chooseSession, saveSession } from '../session/files.ts'
import { showField, showSettings } from '../side.tsx'
import { state } from '../state.ts'
import { transportVerb } from '../top.tsx'
import { togglePlay } from '../transport.ts'

export interface Binding {
  run(): void
  /** Beyond that the place is there, which the table says. */
  enabled?(): boolean
  checked?(): boolean
  label?(): string
}

const isFile = (): boolean => state.input.value.kind === 'file'
const isLiveInput = (): boolean => state.input.value.kind === 'microphone'
const isStereo = (): boolean => state.input.value.kind !== 'none' && state.input.value.channels === 2

const shows = (shown: Signal<boolean>, enabled?: () => boolean): Binding =>
  ({ run: () => { shown.value = !shown.value }, checked: () => shown.value, ...(enabled && { enabled }) })
const unfolded = (part: Part): Binding => ({ run: () => fold(part, !layout.peek().folded[part]), checked: () => !layout.value.folded[part] })
const tool = (name: Tool): Binding => ({ run: () => { painting.tool.value = name }, checked: () => painting.tool.value === name })

/** Of a source by its number, R for the rest: its level has the focus, and so the keys of a source. */
const focusSource = (number: string): void => document.querySelector<HTMLElement>(`[data-source="${number}"] .fader`)?.focus()
const source = (index: number): Binding => ({
  run: () => focusSource(String(index + 1)),
  enabled: () => index < state.selection.value.sources.length,
  label: () => capital(state.selection.value.sources[index]?.name ?? `Source ${index + 1}`),
})

const chosenSource = () => (state.chosen.value === null ? undefined : state.selection.value.sources[state.chosen.value])
/** Mute, solo or inversion of the chosen source. */
const toggled = (what: 'mute' | 'solo' | 'invert', on: string, off: string): Binding => ({
  run: () => {
    const [index, now] = [state.chosen.peek(), chosenSource()]
    if (index !== null && now) turnSource(index, now[what] ? off : on, { [what]: !now[what] })
  },
  enabled: () => chosenSource() !== undefined,
  checked: () => chosenSource()?.[what] === true,
  label: () => (chosenSource() ? `${on} ${titleOf(state.chosen.value!)}` : on),
})

const helpOn = (page: HelpPage): Binding => ({ run: () => openHelp(page) })

export const bindings: Readonly<Record<CommandName, Binding>> = {
  open: { run: () => void chooseSound() },
  openPreset: { run: () => void choosePresetFile() },
  presets: { run: openLibrary },
  openSession: { run: () => void chooseSession() },
  saveSession: { run: () => void saveSession() },
  saveSessionAs: { run: () => void saveSession(true) },
  saveSelection: { run: () => void saveSelection() },
  export: { run: openExport, enabled: isFile },

  undo: { run: undo, enabled: () => undoName.value !== null, label: () => (undoName.value === null ? 'Undo' : `Undo ${undoName.value}`) },
  redo: { run: redo, enabled: () => redoName.value !== null, label: () => (redoName.value === null ? 'Redo' : `Redo ${redoName.value}`) },

  studio: { run: showStudio },
  calm: { run: () => { state.screen.value = 'live' }, enabled: isLiveInput },
  field: { run: showField },
  picture: { run: () => document.querySelector<HTMLElement>('.painting')?.focus() },
  notes: { run: showNotes },
  settings: { run: showSettings },
  owners: shows(painting.owners),
  contested: shows(painting.contested),
  diffuse: shows(painting.diffuse, isStereo),
  wrapped: shows(painting.wrapped, isStereo),
  showSources: unfolded('sources'),
  showSide: unfolded('side'),
  showDrawer: unfolded('drawer'),
  usualLayout: { run: () => { layout.value = initialLayout } },

  play: { run: () => void togglePlay(), label: transportVerb },
  start: { run: () => seek(0), enabled: isFile },
  loop: { run: toggleLoop, enabled: isFile, checked: () => state.loop.value !== null },
  marker: { run: () => addMarker(), enabled: isFile },
  nextMarker: { run: () => jumpToMarker(1), enabled: () => state.markers.value.length > 0 },
  lastMarker: { run: () => jumpToMarker(-1), enabled: () => state.markers.value.length > 0 },
  compare: { run: toggleBypass, checked: () => state.settings.value.bypass === 1 },
  removed: { run: hearWhatGoes, checked: () => state.rest.value.solo },
  listen: { run: () => { state.monitoring.value = !state.monitoring.peek() }, enabled: isLiveInput, checked: () => state.monitoring.value },
  microphone: { run: () => void openMicrophone() },

  addSource: { run: () => void addSource(), enabled: hasRoom },
  removeSource: {
    run: () => { if (chosenSource()) removeSource(state.chosen.peek()!) },
    enabled: () => chosenSource() !== undefined,
    label: () => (chosenSource() ? `Remove ${titleOf(state.chosen.value!)}` : 'Remove the chosen source'),
  },
  mute: toggled('mute', 'Mute', 'Unmute'),
  solo: toggled('solo', 'Solo', 'Unsolo'),
  invert: toggled('invert', 'Invert', 'Take back the inversion of'),
  source1: source(0), source2: source(1), source3: source(2), source4: source(3), source5: source(4),
  source6: source(5), source7: source(6), source8: source(7), source9: source(8),
  rest: { run: () => focusSource('R') },
  resetSettings: { run: resetSettings },

  point: tool('point'), lasso: tool('lasso'), rectangle: tool('rectangle'), brush: tool('brush'), harmonic: tool('harmonic'), eraser: tool('eraser'),
  narrower: { run: () => stepWidth(false) },
  wider: { run: () => stepWidth(true) },
  weaker: { run: () => stepStrength(false) },
  stronger: { run: () => stepStrength(true) },
  learn: { run: () => openLearning() },
  tune: { run: openCalibration },

  helpKeys: helpOn('keys'), helpMicrophone: helpOn('microphone'), helpCall: helpOn('call'), helpUnmix: helpOn('unmix'), helpNotes: helpOn('notes'),
  demo: { run: () => void playDemo() },
}
