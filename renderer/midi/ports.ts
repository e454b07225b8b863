// The ports that notes can go to: the system's, through Web MIDI, and one of our own that other programs see, through
// the host. They are told apart by name, come and go, and may refuse.

import { host } from '../host.ts'
import type { Bytes } from './messages.ts'
import { midi } from './state.ts'
import type { PortInfo } from './state.ts'

export interface Port {
  readonly id: string
  /** Rejects with a sentence where another program has it. */
  open(): Promise<void>
  /** In milliseconds of the page's clock. Throws where the port is gone or refuses. */
  send(bytes: Bytes, at: number): void
  close(): void
}

const VIRTUAL = 'winnow'
const VIRTUAL_NAME = 'Winnow (virtual port)'
/** Of what the system says; the rest would only push it out of sight. */
const LONGEST_NAME = 80

let access: MIDIAccess | null = null
/** Why nothing reaches a port, by its id. */
const problems = new Map<string, string>()
/** Ports that were chosen and went, under the name that they had. */
const remembered = new Map<string, string>()

const isThere = (output: MIDIOutput | undefined): output is MIDIOutput => output?.state === 'connected'

/** What is shown: where two have the same name, who made them; where that is the same too, their number. */
export function namesOf(outputs: readonly { readonly id: string; readonly name: string | null; readonly manufacturer: string | null }[]): Map<string, string> {
  const plain = outputs.map(({ id, name, manufacturer }) => ({ id, name: (name?.trim() || 'MIDI port').slice(0, LONGEST_NAME), maker: manufacturer?.trim() ?? '' }))
  const count = (list: readonly string[], each: string): number => list.filter((other) => other === each).length
  const names = plain.map(({ name }) => name)
  const made = plain.map(({ name, maker }) => (count(names, name) > 1 && maker ? `${name}, ${maker}` : name))
  return new Map(plain.map(({ id }, i) => [id, count(made, made[i]!) > 1 ? `${made[i]!} (${count(made.slice(0, i + 1), made[i]!)})` : made[i]!]))
}

function list(): void {
  const outputs = [...access?.outputs.values() ?? []]
  const here = outputs.filter(isThere)
  const names = namesOf(here)
  const port = (id: string, name: string, present: boolean): PortInfo => ({ id, name, present, problem: problems.get(id) ?? null })
  const ports = [...names].map(([id, name]) => port(id, name, true))
  if (host().midi) ports.unshift(port(VIRTUAL, VIRTUAL_NAME, true))
  for (const { id, name } of midi.ports.peek()) if (midi.chosen.peek().includes(id)) remembered.set(id, name)
  for (const id of midi.chosen.peek()) if (!ports.some((each) => each.id === id)) ports.push(port(id, remembered.get(id) ?? 'MIDI port', false))
  midi.ports.value = ports
}

/** What is wrong with a port, or null when it is right again. */
export function mark(id: string, problem: string | null): void {
  if (problem === null ? !problems.delete(id) : problems.get(id) === problem) return
  if (problem !== null) problems.set(id, problem)
  list()
}

function web(id: string): Port {
  const output = (): MIDIOutput => {
    const found = access?.outputs.get(id)
    if (!isThere(found)) throw new Error('it is not connected')
    return found
  }
  return {
    id,
    async open() { await output().open() },
    send(bytes, at) { output().send([...bytes], at) },
    close() { if (isThere(access?.outputs.get(id))) void output().close() },
  }
}

/** Another process sends: what belongs together goes there in one piece, at the end of the turn. */
function virtual(fail: (error: unknown) => void): Port {
  const port = host().midi!
  let waiting: { bytes: Bytes; at: number }[] = []
  const flush = (): void => {
    const messages = waiting
    waiting = []
    port.send(messages, performance.now()).catch(fail)
  }
  return {
    id: VIRTUAL,
    open: () => port.open(),
    send(bytes, at) {
      if (waiting.push({ bytes, at }) === 1) queueMicrotask(flush)
    },
    close() { void port.close().catch(() => {}) }, // it may be gone with what it was part of
  }
}

/** `fail`: what becomes of a message that could not be sent after all. Null: there is no such port now. */
export function portOf(id: string, fail: (error: unknown) => void): Port | null {
  if (id === VIRTUAL) return host().midi ? virtual(fail) : null
  return isThere(access?.outputs.get(id)) ? web(id) : null
}

const WINDOWS = 'Windows has no virtual MIDI ports of its own: install loopMIDI, add a port there, and choose it here.'
export const ask = async (): Promise<MIDIAccess> => {
  if (typeof navigator.requestMIDIAccess !== 'function') throw new Error('This browser has no Web MIDI. Chromium, Chrome, Edge and Firefox have it.')
  return navigator.requestMIDIAccess({ sysex: false })
}

/** Why there is no MIDI, in a sentence or two with what to do. */
export function refusal(error: unknown): string {
  const { name, message } = error instanceof Error ? error : new Error(String(error))
  if (name === 'SecurityError' || name === 'NotAllowedError') return 'Winnow was not allowed to use MIDI. Allow it in the browser’s address bar or its settings, then look again.'
  if (name === 'NotSupportedError' || name === 'InvalidStateError' || name === 'AbortError')
    return 'This system gives out no MIDI ports' + (host().platform === 'linux' ? ': Linux needs ALSA’s sequencer (the kernel’s module snd-seq).' : '.')
  return /[.!?]$/.test(message) ? message : message + '.'
}

/** Asks for the ports, once granted keeps watching them. The virtual one needs no asking. */
export async function findPorts(onChange: () => void): Promise<void> {
  midi.access.value = 'asking'
  try {
    access = await ask()
    access.onstatechange = () => {
      for (const { id, state } of access?.outputs.values() ?? []) if (state === 'disconnected') problems.delete(id)
      list()
      onChange()
    }
    midi.access.value = 'ready'
    midi.problem.value = null
  } catch (error) {
    access = null
    midi.access.value = 'none'
    midi.problem.value = refusal(error)
  }
  list()
  if (host().platform === 'win32' && midi.ports.value.length === 0) midi.problem.value = [midi.problem.value, WINDOWS].filter(Boolean).join(' ')
  else if (midi.access.value === 'ready' && midi.ports.value.length === 0)
    midi.problem.value = 'No MIDI port was found. Connect an instrument, or start a program that has a port; it will appear here.'
  onChange()
}
