// What comes in live: opened, lost and found again. An input that goes takes its separation with it, and one that comes gets
// a new one before anything of it is heard, so nothing unprocessed ever reaches the output.

import { batch } from '@preact/signals'
import { chooseSound, ensurePreset, opened } from '../actions.ts'
import { devices } from './state.ts'
import { outputsChanged } from './output.ts'
import * as engine from '../engine.ts'
import { InputError, listDevices, microphoneFeed, systemFeed } from '../feeds-live.ts'
import type { InputFault, TrackEvents } from '../feeds-live.ts'
import { figure } from '../format.ts'
import { host } from '../host.ts'
import { remembered } from '../remembered.ts'
import { loading, sentence, show, soundGoesOn } from '../saying.ts'
import { state } from '../state.ts'
import type { LiveSource } from '../state.ts'

const allow = (): string => {
  const { platform } = host()
  if (platform === 'darwin') return 'Allow it in System Settings, Privacy & Security, Microphone. '
  if (platform === 'win32') return 'Allow it in Settings, Privacy & security, Microphone. '
  return platform === 'browser' ? 'Allow it in the browser’s address bar or the system’s settings. ' : 'Allow it in the system’s settings. '
}

function advice(reason: InputFault | null, from: LiveSource): string {
  if (reason === 'denied') return from === 'system' ? 'Choose a screen or a tab, and tick its sound. ' : allow()
  if (reason === 'none') return 'Connect one, or open a file. '
  return reason === 'silent' ? 'Choose a tab or a screen, and tick its sound in the question that comes. ' : ''
}

/** Whether the browser is about to ask a person; where it does not say, no. */
const isAsked = async (): Promise<boolean> =>
  navigator.permissions?.query({ name: 'microphone' }).then(({ state: answer }) => answer === 'prompt', () => false) ?? false

/** An empty id is the one of last time, where it is there, else the system's choice. `screen`: where it is shown, if it comes anew. */
export async function openMicrophone(deviceId = '', fresh = false, screen: Screen = 'live'): Promise<void> {
  const usual = deviceId === '' ? remembered().microphone : null
  const isThere = usual !== null && (await listDevices()).inputs.some((each) => each.deviceId === usual)
  await openLive('microphone', isThere ? usual : deviceId, fresh, screen)
}
export const openSystem = (): Promise<void> => openLive('system', '', false)

type Screen = typeof state.screen.value

/** `fresh`: in a context of its own, because the system's rate has changed. */
async function openLive(from: LiveSource, deviceId: string, fresh: boolean, screen: Screen = 'live'): Promise<void> {
  try {
    if (state.input.peek().kind === 'none') state.screen.value = screen
    const asked = from === 'microphone' && await isAsked()
    await loading(asked ? 'Waiting for you to allow the microphone' : from === 'system' ? 'Opening what the machine plays' : 'Opening the microphone', async () => {
      await ensurePreset('microphone')
      const next = await engine.prepare(undefined, fresh)
      const events: TrackEvents = {
        lost: () => { if (state.input.peek().kind === 'microphone') lost() },
        muted: (on) => { devices.muted.value = on },
        changed: () => void followRate(),
      }
      devices.muted.value = false
      const feed = await (from === 'system' ? systemFeed(next.context, events) : microphoneFeed(next.context, deviceId, events)).catch(async (error: unknown) => {
        await engine.discard(next)
        throw error
      })
      const { device: { label: name, deviceId: id }, channels, cleaning } = feed
      const before = state.input.value
      const again = before.kind === 'microphone' && before.from === from
      await engine.open(next, feed, () => batch(() => {
        opened(next)
        if (!again) state.monitoring.value = false // loudspeakers would feed back
        if (before.kind !== 'microphone') state.screen.value = screen
        state.input.value = { kind: 'microphone', from, name, deviceId: id, channels, lost: false, cleaning }
        state.playing.value = true
      }))
    })
    await devicesChanged() // their names are known only now
  } catch (error) {
    const reason = error instanceof InputError ? error.reason : null
    const again = from === 'system' ? openSystem : () => openMicrophone(deviceId, false, screen)
    show('danger', sentence(error), advice(reason, from) + soundGoesOn(),
      ...(reason === 'impossible' ? [] : [{ label: 'Try again', run: () => void again() }]), { label: 'Open a file', run: () => void chooseSound() })
  }
}

function lost(): void {
  const input = state.input.peek()
  if (input.kind !== 'microphone' || input.lost) return
  batch(() => {
    state.input.value = { ...input, lost: true }
    state.playing.value = false
    devices.muted.value = false
  })
  void engine.close()
  if (input.from === 'system')
    show('danger', 'What the machine plays is no longer shared.', 'The output is silent and your settings are kept.',
      { label: 'Share it again', run: () => void openSystem() })
  else
    show('danger', `“${input.name}” was unplugged.`, 'The output is silent and your settings are kept. It picks up again by itself when the device is back.',
      { label: 'Use another microphone', run: () => void openMicrophone() })
}

/** The system's rate has changed under an input that runs: it is opened again at the new one, lest all of it be resampled. */
async function followRate(): Promise<void> {
  const input = state.input.peek()
  if (input.kind !== 'microphone' || input.from !== 'microphone' || !state.playing.peek()) return
  const rate = await engine.changedRate()
  if (rate === null || state.input.peek() !== input || !state.playing.peek()) return
  await openMicrophone(input.deviceId, true)
  if (state.banner.peek() === null)
    show('note', `The system now works at ${figure(rate / 1000, rate % 1000 ? 1 : 0)} kHz.`, 'Winnow follows it; your settings are kept.')
}

export async function devicesChanged(): Promise<void> {
  const { inputs, outputs } = await listDevices()
  state.microphones.value = inputs
  await outputsChanged(outputs)
  const input = state.input.peek()
  if (input.kind === 'microphone' && input.lost && inputs.some(({ deviceId }) => deviceId === input.deviceId)) await openMicrophone(input.deviceId)
  else await followRate()
}

/** Stopped, it is let go of, so that its light goes out. */
export async function toggleLive(): Promise<void> {
  const input = state.input.peek()
  if (input.kind !== 'microphone') return
  if (state.playing.peek()) {
    state.playing.value = false
    await engine.close()
  } else if (input.from === 'system') await openSystem()
  else await openMicrophone(input.deviceId)
}
