// MIDI in: the next knob that is turned is bound to what waits for one, and turns it from then on. Controllers of 7 bits, of 14
// in two messages (the second comes 32 numbers higher, just after), and knobs without ends. Known by the device's name.

import { apart, bindings, learnWith, learning } from './bound.ts'
import type { Binding } from './bound.ts'
import { Follower } from './following.ts'
import { keepBindings, keptBindings } from './kept.ts'
import { targetOf } from './targets.ts'
import { host } from '../host.ts'
import { ask, refusal } from '../midi/ports.ts'
import { dismissBanner, show } from '../saying.ts'

const CONTROL_CHANGE = 0xb0
/** A lower half belongs to the upper one before it. */
const TOGETHER = 60 // ms
const HALVES = 32

let access: MIDIAccess | null = null
const followers = new Map<string, Follower>()
/** What each upper half said last, and when. */
const upper = new Map<string, { readonly value: number; readonly at: number }>()

function put(list: readonly Binding[]): void {
  bindings.value = list
  keepBindings(list)
}

function say(id: string, way: 'up' | 'down' | null): void {
  if ((apart.peek().get(id) ?? null) === way) return
  const next = new Map(apart.peek())
  if (way === null) next.delete(id)
  else next.set(id, way)
  apart.value = next
}

function forget(id: string): void {
  put(bindings.peek().filter((each) => each.id !== id))
  followers.delete(id)
  say(id, null)
}

function change(id: string, part: Partial<Binding>): void {
  put(bindings.peek().map((each) => (each.id === id ? { ...each, ...part } : each)))
  followers.delete(id)
  say(id, null)
}

/** One knob turns one thing: what it turned before lets go of it. */
function bind(id: string, device: string, channel: number, controller: number): void {
  const others = bindings.peek().filter((each) => each.id !== id && !(each.device === device && each.channel === channel && each.controller === controller))
  put([...others, { id, device, channel, controller, wide: false, relative: false }])
  followers.delete(id)
  learning.value = null
}

function turn({ id, relative }: Binding, value: number, most: number): void {
  const target = targetOf(id)
  if (!target) return
  const follower = followers.get(id) ?? new Follower()
  followers.set(id, follower)
  if (relative) follower.roll(target, value < 64 ? value : value - 128)
  else say(id, follower.turn(target, value / most))
}

/** From a device: a message of its own bytes, at its own time. */
function hear(device: string, [status = 0, controller = 0, value = 0]: ArrayLike<number> & Iterable<number>, at: number): void {
  if ((status & 0xf0) !== CONTROL_CHANGE || controller >= 120) return // 120 and above are no controllers
  const channel = status & 0xf
  const found = (number: number): Binding | undefined => bindings.peek().find((each) => each.device === device && each.channel === channel && each.controller === number)
  const key = (number: number): string => `${device} ${channel} ${number}`
  if (controller < HALVES) upper.set(key(controller), { value, at })
  const before = controller >= HALVES && controller < 2 * HALVES ? upper.get(key(controller - HALVES)) : undefined
  const whole = before && at - before.at < TOGETHER ? found(controller - HALVES) : undefined
  if (whole && !whole.relative) {
    if (!whole.wide) change(whole.id, { wide: true })
    return turn(whole, before!.value * 128 + value, 16_383)
  }
  const { value: waits } = learning
  if (waits !== null) bind(waits, device, channel, controller)
  const binding = found(controller)
  if (binding && !binding.wide) turn(binding, value, 127) // of a wide one the other half is to come
}

function listen(): void {
  for (const input of access?.inputs.values() ?? []) {
    const name = input.name?.trim() || 'MIDI device'
    input.onmidimessage = ({ data, timeStamp }) => { if (data) hear(name, data, timeStamp) }
  }
}

async function connect(): Promise<boolean> {
  if (access) return true
  try {
    access = await ask()
    access.onstatechange = listen
    listen()
    return true
  } catch (error) {
    show('note', refusal(error), 'Everything else works as it did.')
    return false
  }
}

const isThere = (): boolean => [...access?.inputs.values() ?? []].some(({ state }) => state === 'connected')

function stop(): void {
  learning.value = null
}

async function start(id: string): Promise<void> {
  learning.value = id
  if (!await connect()) return stop()
  if (!isThere()) show('note', 'No MIDI device is connected.', 'Connect one and turn a knob: it is waited for.', { label: 'Do not wait', run: () => { dismissBanner(); stop() } })
}

/** When the page opens: a browser that would ask the person is not asked before a knob is to be learned. */
export async function startMidiLearn(): Promise<void> {
  learnWith({ start: (id) => void start(id), stop, forget, change })
  bindings.value = keptBindings()
  addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || learning.peek() === null) return
    stop()
    event.stopPropagation()
  }, { capture: true })
  if (bindings.value.length === 0 || typeof navigator.requestMIDIAccess !== 'function') return
  const allowed = host().platform !== 'browser' || await navigator.permissions?.query({ name: 'midi' as PermissionName }).then(({ state }) => state === 'granted', () => false)
  if (allowed) await connect()
}
