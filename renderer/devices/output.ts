// Where what is heard goes: chosen by a person, and found again when it was gone. Loudspeakers would feed back into a
// microphone, so when a live session loses its output it falls silent there rather than move to the system's own.

import { batch } from '@preact/signals'
import * as engine from '../engine.ts'
import { sentence, show, soundGoesOn } from '../saying.ts'
import { state } from '../state.ts'
import type { Device } from '../state.ts'

const SYSTEM = { deviceId: '', label: 'The system’s output', lost: false }
/** Whether what comes in live was being sent to the output that is gone. */
let wasSending = false

/** Choosing where a live session goes is the wish that it goes there. */
export async function chooseOutput(deviceId: string): Promise<void> {
  const before = state.output.peek()
  const device = state.outputs.peek().find((each) => each.deviceId === deviceId) ?? SYSTEM
  state.output.value = { ...device, lost: false }
  try {
    await engine.sendTo(device.deviceId)
    state.monitoring.value = true // only now: until here the old output would have got it
    if (before.lost) state.banner.value = null
  } catch (error) {
    state.output.value = before
    await engine.sendTo(before.lost ? '' : before.deviceId).catch(() => outputGone())
    show('danger', `“${device.label}” could not be opened: ${sentence(error)}`, soundGoesOn(), { label: 'Try again', run: () => { state.banner.value = null; void chooseOutput(deviceId) } })
  }
}

/** It is looked at, and goes nowhere. */
export const sendNowhere = (): void => { state.monitoring.value = false }

/** From the engine and from the list of devices, whichever notices first. */
export function outputGone(): void {
  const output = state.output.peek()
  if (output.deviceId === '' || output.lost) return
  const live = state.input.peek().kind === 'microphone'
  wasSending = state.monitoring.peek()
  batch(() => {
    state.output.value = { ...output, lost: true }
    if (live) state.monitoring.value = false
  })
  void engine.sendTo('').catch(() => {})
  const back = `“${output.label}” is used again when it is back.`
  if (live)
    show('danger', `The output “${output.label}” is gone.`, `Nothing is sent on now: loudspeakers would feed back into the microphone. ${back}`,
      { label: 'Use the system’s output', run: () => void chooseOutput('') })
  else show('warn', `The output “${output.label}” is gone.`, `The sound goes to the system’s output. ${back}`)
}

export async function outputsChanged(outputs: readonly Device[]): Promise<void> {
  state.outputs.value = outputs
  const { deviceId, lost } = state.output.peek()
  const isThere = outputs.some((each) => each.deviceId === deviceId)
  if (deviceId === '' || isThere !== lost) return
  if (!lost) return outputGone()
  const sending = wasSending || state.input.peek().kind === 'file'
  await chooseOutput(deviceId)
  if (!sending) sendNowhere()
}
