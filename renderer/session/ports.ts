// The MIDI ports of a session: chosen by name as soon as they are there, and remembered until then.

import { effect, signal } from '@preact/signals'
import { choosePort, lookForPorts } from '../midi/out.ts'
import { midi } from '../midi/state.ts'

const awaited = signal<readonly string[]>([])

export const portsWanted = (): readonly string[] => {
  const chosen = midi.ports.value.filter(({ id }) => midi.chosen.value.includes(id)).map(({ name }) => name)
  return [...chosen, ...awaited.value.filter((name) => !chosen.includes(name))]
}

/** A browser asks the person for its ports; only a session that had some makes it ask. */
export function choosePorts(names: readonly string[]): void {
  for (const id of midi.chosen.peek()) if (!names.includes(midi.ports.peek().find((port) => port.id === id)?.name ?? '')) choosePort(id, false)
  awaited.value = names
  if (names.length > 0 && midi.access.peek() === 'unasked') void lookForPorts()
}

export const followPorts = (): unknown => effect(() => {
  const here = midi.ports.value.filter(({ name, present }) => present && awaited.value.includes(name))
  if (here.length === 0) return
  awaited.value = awaited.peek().filter((name) => !here.some((port) => port.name === name))
  for (const { id } of here) choosePort(id, true)
})
