// The session as a whole: what happens when the page opens, playing and stopping, and starting again after a fault.

import { dismissBanner, sentence, show } from './saying.ts'
import { presetNames } from './assets.ts'
import { devicesChanged, openMicrophone, toggleLive } from './devices/input.ts'
import { outputGone } from './devices/output.ts'
import { watchInput } from './devices/watch.ts'
import * as engine from './engine.ts'
import { listVoices } from './live/kept.ts'
import { startMidiLearn } from './midi-learn/learn.ts'
import { startLooping } from './recording/looping.ts'
import { startRemembering } from './remembered.ts'
import { startSession } from './session/session.ts'
import { state } from './state.ts'

async function readPresetNames(): Promise<void> {
  try {
    state.presets.value = await presetNames()
  } catch (error) {
    show('danger', `The presets could not be read: ${sentence(error)}`, 'Nothing was changed.',
      { label: 'Try again', run: () => { dismissBanner(); void readPresetNames() } })
  }
}

export async function start(): Promise<void> {
  engine.reportTo({
    fault(message) {
      state.playing.value = false
      show('danger', `The separator stopped: ${sentence(message)}`, 'The output is silent; your settings and your sound are kept.',
        { label: 'Start it again', run: () => void restart() })
    },
    heldBack() {
      state.playing.value = false
      show('note', 'The browser holds the sound back until you ask for it.', 'Everything is ready.',
        { label: 'Play', run: () => { dismissBanner(); state.playing.value = true } })
    },
    outputGone,
  })
  watchInput()
  startRemembering()
  startLooping()
  const begun = startSession()
  void startMidiLearn()
  navigator.mediaDevices?.addEventListener('devicechange', () => void devicesChanged())
  await Promise.all([readPresetNames(), listVoices(), devicesChanged(), begun])
}

async function restart(): Promise<void> {
  const chosen = state.preset.value
  if (!chosen) return
  dismissBanner()
  const input = state.input.peek()
  if (input.kind === 'microphone') return input.from === 'system' ? toggleLive() : openMicrophone(input.deviceId)
  try {
    await engine.change(chosen, state.settings.value, state.selection.value, () => {})
    state.playing.value = true
  } catch (error) {
    show('danger', sentence(error), 'Your settings are kept.', { label: 'Try again', run: () => void restart() })
  }
}

export async function togglePlay(): Promise<void> {
  const { kind } = state.input.value
  if (kind === 'file') state.playing.value = !state.playing.value
  else await toggleLive()
}
