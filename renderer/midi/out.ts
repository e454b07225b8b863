// Notes go out: to every port that was chosen, each message with its time, and to the synthesiser that plays them here.
// Whatever ends the sound (a stop, another preset, another input, a port that goes, the page that goes) ends them.
//
//   an event's seconds ─► the context's clock ─► the page's (clock.ts) + a constant ─► port

import { effect } from '@preact/signals'
import type { NoteEvent } from '../../worklet/notes.ts'
import { currentContext } from '../engine.ts'
import { StreamClock } from './clock.ts'
import type { Listening } from './listening.ts'
import { findPorts, mark, portOf } from './ports.ts'
import type { Port } from './ports.ts'
import { midi } from './state.ts'
import { Take } from './take.ts'
import { Voices } from './voices.ts'
import { notes } from '../notes/state.ts'
import { state } from '../state.ts'

/** What comes with events: when second 0 of theirs was in the context's time, and how late they are told. */
export interface Origin {
  readonly context: number
  readonly lag: number
  /** They go out when their sound is heard; else as soon as they are known, which is before it is heard. */
  readonly withSound?: boolean
}

interface Receiver { readonly voices: Voices; port: Port | null; wanted: boolean; attended: Promise<void> }

const TICK = 100 // ms
/** A port is closed when the last message has gone. */
const CLOSING = 300 // ms

const receivers = new Map<string, Receiver>()
const clock = new StreamClock()
let context: AudioContext | null = null
/** The context's time from which on notes count: those of before a stop come too late. */
let since = 0
let take: Take | null = null
/** The last take is kept until the first note of the next. */
let over = true
let [sent, late] = [0, 0]

const sentence = (error: unknown): string => {
  const text = error instanceof Error ? error.message : String(error)
  return /[.!?]$/.test(text) ? text : text + '.'
}

function receiver(id: string): Receiver {
  const made: Receiver = {
    port: null, wanted: true, attended: Promise.resolve(),
    voices: new Voices(midi.setup.peek(), (bytes, at) => {
      try {
        made.port!.send(bytes, at)
        sent++
      } catch (error) {
        fail(made, id, error)
      }
    }),
  }
  return made
}

function fail(made: Receiver, id: string, error: unknown): void {
  made.voices.lose()
  made.port = null
  mark(id, `It took no notes: ${sentence(error)}`)
}

/** Opens what was chosen, ends and closes what no longer is; one that went and is back is told to end what it was playing. */
async function attend(id: string, made: Receiver): Promise<void> {
  const port = portOf(id, (error) => fail(made, id, error))
  if (!port) {
    made.voices.lose()
    made.port = null
    if (!made.wanted && made.voices.state !== 'lost') receivers.delete(id)
    return
  }
  if (!made.port) {
    try {
      await port.open()
    } catch (error) {
      mark(id, `It could not be opened: ${sentence(error)}`)
      if (!made.wanted) receivers.delete(id)
      return
    }
    made.port = port
    mark(id, null)
  }
  const now = performance.now()
  made.voices.find(now)
  if (made.wanted) return made.voices.open(now)
  made.voices.close(now)
  receivers.delete(id)
  const open = made.port
  setTimeout(() => { if (!receivers.has(id)) open?.close() }, CLOSING + midi.ahead.peek())
}

function follow(): void {
  const chosen = midi.chosen.peek()
  for (const id of chosen) if (!receivers.has(id)) receivers.set(id, receiver(id))
  for (const [id, made] of receivers) {
    made.wanted = chosen.includes(id)
    made.attended = made.attended.then(() => (receivers.get(id) === made ? attend(id, made) : undefined)).then(count)
  }
}

export const lookForPorts = (): Promise<void> => findPorts(follow)

/** Chosen, or no longer. */
export function choosePort(id: string, wanted: boolean): void {
  mark(id, null)
  midi.chosen.value = wanted ? [...midi.chosen.peek().filter((each) => each !== id), id] : midi.chosen.peek().filter((each) => each !== id)
}

let listening: Listening | null = null
let loading: Promise<void> | null = null

/** One for each context: a file of another rate has another. */
async function listen(): Promise<void> {
  const wanted = midi.hear.peek() ? context : null
  if (listening && listening.context !== wanted) {
    listening.stop()
    listening.dispose()
    listening = null
  }
  if (!wanted || listening || loading) return
  Object.assign(globalThis, { TONE_SILENCE_LOGGING: true }) // it would sign the console
  try {
    const load = import('./listening.ts').then(({ Listening: Made }) => {
      if (midi.hear.peek() && context === wanted && wanted.state !== 'closed') listening = new Made(wanted, midi.level.peek())
      midi.mute.value = null
    })
    loading = load
    await load
  } catch (error) {
    midi.hear.value = false
    midi.mute.value = `The synthesiser could not be started: ${sentence(error)}`
  } finally {
    loading = null
  }
  if (context !== wanted) void listen() // another came in between
}

/** The context of the moment; a new one has another clock. */
function join(): AudioContext | null {
  const now = currentContext()
  if (now === context) return context
  context = now
  since = 0
  clock.restart()
  now?.addEventListener('statechange', () => { if (context === now) clock.restart() })
  void listen()
  return context
}

/** Events as they are heard. They are kept as a take, too. */
export function play(events: readonly NoteEvent[], origin: Origin): void {
  const now = performance.now()
  join()
  for (const event of events) {
    const seconds = event.seconds + origin.context
    if (!state.playing.peek() || seconds < since) continue
    if (over || !take) take = new Take(since)
    over = false
    take.add({ ...event, seconds }, origin.lag)
    const at = (clock.toPage(seconds) ?? now) - (origin.withSound ? 0 : clock.latency) + midi.ahead.peek()
    if (receivers.size && at < now - 1) late++
    for (const { voices } of receivers.values()) voices.play(event, at)
    listening?.play(event, seconds + midi.ahead.peek() / 1000)
  }
  count()
}

function count(): void {
  let sounding = 0
  for (const { voices } of receivers.values()) if (voices.state === 'open') sounding += voices.sounding
  sounding += listening?.sounding ?? 0
  midi.sounding.value = sounding
}

/** Ends everything that sounds, and whatever comes of what was heard before now. */
export function silence(): void {
  const now = performance.now()
  since = Math.max(since, context?.currentTime ?? 0)
  for (const { voices } of receivers.values()) voices.stop(now)
  listening?.stop()
  take?.release(since, 0)
  count()
}

/** Ends everything at every receiver, whoever began it. */
export function panic(): void {
  const now = performance.now()
  for (const { voices } of receivers.values()) voices.panic(now)
  listening?.stop()
  count()
}

/** What was played last; null before anything was. */
export const lastTake = (): Take | null => take

function tick(): void {
  if (join()?.state === 'running') {
    const { contextTime = 0, performanceTime = 0 } = context!.getOutputTimestamp()
    const computedTime = context!.currentTime - (performance.now() - performanceTime) / 1000
    clock.observe({ contextTime, computedTime, performanceTime })
  }
  midi.sent.value = sent
  midi.late.value = late
}
setInterval(tick, TICK)

effect(() => { void midi.chosen.value; follow() })
effect(() => {
  const setup = midi.setup.value
  for (const { voices } of receivers.values()) voices.change(setup, performance.now())
  count()
})
effect(() => {
  void midi.hear.value
  void listen()
})
effect(() => {
  const level = midi.level.value
  if (listening) listening.level = level
})
effect(() => {
  for (const each of [state.preset, state.input, notes.preset, notes.from, notes.on]) void each.value
  silence()
})
effect(() => {
  if (state.playing.value) over = true
  silence()
})
globalThis.addEventListener?.('pagehide', silence) // tests have no page
