// The audio graph, driven from the state:
//
//   feed ─► separation ─► its fade ─► output ─► speakers
//
// `output` is 1 while something is to be heard and 0 otherwise; every change of the graph happens behind a fade. The
// context has the rate of what it plays, so that nothing is resampled on the way in.

import { computed, effect } from '@preact/signals'
import { kernelModule } from './assets.ts'
import type { Feed, FileFeed } from './feeds.ts'
import { openSession, systemRate } from './engine-session.ts'
import type { Session } from './engine-session.ts'
import { wantsStems } from './notes/state.ts'
import { createSeparation, lagging, ramp } from './separation.ts'
import type { Separation } from './separation.ts'
import { capacityFor, follows, isFull, withSpares } from './spares.ts'
import { heard, heardSelection, heardSettings, sent, state } from './state.ts'
import type { ChosenPreset } from './state.ts'
import type { Settings } from '../worklet/parameters.ts'
import type { Selection } from '../worklet/selection.ts'
import type { Preset } from '../presets/preset.ts'

/** Between two separations of one input. */
const CROSSFADE_SECONDS = 0.03
/** So that both sides of a crossfade are scheduled before it begins. */
const LEAD_SECONDS = 0.02
/** Longer than any device takes to start. */
const HELD_BACK_SECONDS = 2
/** A new separation listens this much longer than its latency before it is heard. */
const PRIME_SECONDS = 0.1
const after = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000))

/** What comes back from the sound on its own. */
export interface Listener {
  fault(message: string): void
  /** The browser plays nothing before a person has clicked or typed. */
  heldBack(): void
  /** The output that was chosen cannot be opened, or is no more: what is heard would go where the system sends it. */
  outputGone(): void
}

let session: Session | null = null
let feed: Feed | null = null
let current: Separation | null = null
let listener: Listener = { fault() {}, heldBack() {}, outputGone() {} }
/** The output that was chosen; the empty one is the system's choice. */
let sink = ''
/** Inputs and presets that were asked for: of several in a row only the last is wanted. */
let opens = 0
let changes = 0
let turn: Promise<unknown> = Promise.resolve()
/** One rebuilding of the graph after the other, whatever became of the one before. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const mine = turn.then(work, work)
  turn = mine
  return mine
}

export const currentContext = (): AudioContext | null => session?.context ?? null
export const currentSeparation = (): Separation | null => current
export const currentFeed = (): Feed | null => feed
export const reportTo = (to: Listener): void => { listener = to }

/**
 * The context to open an input in: the one that runs, where its rate will do and it is not to be a `fresh` one. Nothing is
 * heard through it before `open`.
 */
export async function prepare(sampleRate?: number, fresh = false): Promise<Session> {
  const fits = sampleRate === undefined ? session?.askedRate === undefined : session?.context.sampleRate === sampleRate
  if (session && fits && !fresh && session.context.state !== 'closed') return session
  const made = await openSession(sampleRate)
  made.context.addEventListener('error', () => { if (session === made) listener.outputGone() })
  if (sink !== '') await made.context.setSinkId?.(sink)?.catch(() => listener.outputGone())
  return made
}

let sending: Promise<unknown> = Promise.resolve()
/** Sends what is heard to another output, behind a fade; the last of several wishes holds. Fails where it cannot be opened. */
export function sendTo(deviceId: string): Promise<void> {
  sink = deviceId
  const move = async (): Promise<void> => {
    if (!session?.context.setSinkId || sink !== deviceId) return
    const { context, output } = session
    ramp(context, output.gain, 0)
    if (context.state === 'running') await after(0.04)
    try {
      await context.setSinkId?.(deviceId)
    } finally {
      await followTransport(state.playing.peek(), audible.peek())
    }
  }
  const mine = sending.then(move, move)
  sending = mine
  return mine
}

/** The rate that the system works at now, where the context has another: it has changed since the input was opened. */
export async function changedRate(): Promise<number | null> {
  if (!session || session.askedRate !== undefined) return null
  const now = await systemRate()
  return now === session?.context.sampleRate ? null : now
}

/** Gives back what `prepare` made, when no input came of it. */
export const discard = async (unused: Session): Promise<void> => { if (unused !== session) await unused.context.close() }

/** A preset as an input hears it: what comes in live lags as long as a person allows, a file as the preset says. */
const asHeard = (preset: Preset, input: Feed): Preset => lagging(preset, isFile(input) ? null : state.latency.peek())

async function separate(
  { context, native }: Session, input: Feed, { preset }: ChosenPreset, settings: Settings, selection: Selection,
): Promise<Separation> {
  const wanted = heardSelection(selection, state.rest.peek())
  const separation: Separation = await createSeparation({
    context, native, preset: asHeard(preset, input), selection: withSpares(wanted, capacityFor(wanted)), covariances: state.covariances.peek(),
    settings: heardSettings(settings, state.rest.peek()),
    stems: native && wantsStems.peek(), channels: native ? input.channels : 2, module: await kernelModule(),
    onFault: (message) => { if (separation === current) listener.fault(message) },
  })
  given.set(separation, wanted)
  return separation
}

const isFile = (input: Feed): input is FileFeed => 'origin' in input
/** A file's separation must know where in the file it is: what is painted has its time. */
const locate = (input: Feed, separation: Separation): void => { if (isFile(input)) separation.locate(input.origin) }

/** Takes over from whatever sounded before, with the preset of the moment. `commit` changes the state with it. */
export function open(next: Session, nextFeed: Feed, commit: () => void): Promise<void> {
  const mine = ++opens
  return inTurn(() => replaceInput(next, nextFeed, () => mine === opens, commit))
}

async function replaceInput(next: Session, nextFeed: Feed, wanted: () => boolean, commit: () => void): Promise<void> {
  let separation: Separation
  try {
    const preset = state.preset.peek()
    if (!preset) throw new Error('expected a preset before an input')
    if (next.context.state === 'closed') throw new Error('Another input came in between. Open this one again.')
    separation = await separate(next, nextFeed, preset, state.settings.peek(), state.selection.peek())
  } catch (error) {
    nextFeed.close()
    await discard(next)
    throw error
  }
  if (!wanted()) {
    separation.close()
    nextFeed.close()
    return discard(next)
  }
  await close(next)
  session = next
  feed = nextFeed
  current = separation
  feed.node.connect(separation.input)
  separation.fade.connect(next.output)
  separation.fade.gain.value = 1
  if (isFile(nextFeed)) {
    nextFeed.hopSize = separation.hopSize
    nextFeed.onJump = () => { if (feed === nextFeed && current) locate(nextFeed, current) }
    nextFeed.onFault = (message) => { if (feed === nextFeed) listener.fault(message) }
    nextFeed.seek(0)
  }
  commit()
  if (fits(separation)) tell(separation) // what was turned while it started
  else void rebuild()
}

/** Fades out and lets go of the input and the separation, and of the context unless it is `kept`. */
export async function close(kept?: Session): Promise<void> {
  if (!session) return
  const [old, oldFeed, oldSeparation] = [session, feed, current]
  feed = current = null
  if (old !== kept) session = null // at once: an input that comes while this fades must not be built on what is going
  ramp(old.context, old.output.gain, 0)
  if (old.context.state === 'running') await after(0.04)
  oldFeed?.close()
  oldSeparation?.close()
  if (old !== kept) await old.context.close()
}

/** Another preset on the same input: both listen, then one fades into the other. No click, no gap. */
export function change(preset: ChosenPreset, settings: Settings, selection: Selection, commit: () => void): Promise<void> {
  const mine = ++changes
  return inTurn(() => replaceSeparation(preset, settings, selection, () => mine === changes, commit))
}

async function replaceSeparation(
  preset: ChosenPreset, settings: Settings, selection: Selection, wanted: () => boolean, commit: () => void,
): Promise<void> {
  if (!wanted()) return
  if (!session || !feed) return commit()
  const { context, output } = session
  const input = feed
  const separation = await separate(session, input, preset, settings, selection)
  const end = (ended: Separation): void => {
    if (input === feed) input.node.disconnect(ended.input) // else the input has let go of everything
    ended.close()
  }
  if (input !== feed || !wanted()) return separation.close()
  locate(input, separation)
  input.node.connect(separation.input)
  separation.fade.connect(output)
  if (context.state === 'running') await after(separation.latencySamples / context.sampleRate + PRIME_SECONDS)
  if (input !== feed || !wanted()) return end(separation)
  const old = current
  current = separation
  if (isFile(input)) input.hopSize = separation.hopSize
  locate(input, separation) // it may have jumped meanwhile
  commit()
  if (fits(separation)) tell(separation)
  crossfade(context, old?.fade.gain ?? null, separation.fade.gain)
  if (!old) return
  if (context.state === 'running') await after(LEAD_SECONDS + 2 * CROSSFADE_SECONDS)
  end(old)
}

/** Both sides begin at the same sample, a little ahead, so that they add up to one throughout. */
function crossfade(context: AudioContext, from: AudioParam | null, to: AudioParam): void {
  const start = context.currentTime + LEAD_SECONDS
  to.setValueAtTime(0, start)
  to.linearRampToValueAtTime(1, start + CROSSFADE_SECONDS)
  from?.setValueAtTime(1, start)
  from?.linearRampToValueAtTime(0, start + CROSSFADE_SECONDS)
}

/** A file always is, what comes in live when somebody has asked for it. */
const audible = computed(() => state.input.value.kind === 'file' || state.monitoring.value)

/** Sounding and paused, heard and not: the context sleeps while nothing plays, and always behind a fade. */
async function followTransport(playing: boolean, audible: boolean): Promise<void> {
  if (!session) return
  const { context, output } = session
  if (playing) {
    await Promise.race([context.resume(), after(HELD_BACK_SECONDS)])
    if (context.state === 'suspended' && session?.context === context && state.playing.peek()) return listener.heldBack()
    if (state.playing.peek() && context.state === 'running') ramp(context, output.gain, audible ? 1 : 0)
  } else if (context.state === 'running') {
    ramp(context, output.gain, 0)
    await after(0.05)
    if (!state.playing.peek() && context.state === 'running') await context.suspend()
  }
}

/** What each separation was last told, without spares. */
const given = new WeakMap<Separation, Selection>()
const capacityOf = (separation: Separation): number => separation.frame.layout.sources
const isPlayed = ({ preset }: Separation): boolean => {
  const chosen = state.preset.peek()
  return chosen !== null && feed !== null && preset === asHeard(chosen.preset, feed)
}
const fits = (separation: Separation): boolean => isPlayed(separation)
  && follows(given.get(separation)!, heard.peek(), capacityOf(separation)) && (separation.stems || !wantsStems.peek() || !session?.native)

function tell(separation: Separation): void {
  const selection = heard.peek()
  separation.follow(sent.peek(), withSpares(selection, capacityOf(separation)), state.covariances.peek())
  given.set(separation, selection)
}

/** More sources than there is room for, one gone from among others, a preset that an undo brings back: another separation. */
let rebuilding = false
async function rebuild(): Promise<void> {
  if (rebuilding) return
  rebuilding = true
  try {
    while (current && (!fits(current) || isFull(heard.peek(), capacityOf(current)))) await inTurn(async () => {
      const preset = state.preset.peek()
      if (preset && current) await replaceSeparation(preset, state.settings.peek(), state.selection.peek(), () => true, () => {})
    })
  } catch (error) {
    listener.fault(error instanceof Error ? error.message : String(error))
  } finally {
    rebuilding = false
  }
}

effect(() => {
  for (const each of [sent, heard, state.preset, state.latency, wantsStems]) void each.value // read whether anything sounds or not, so that changes are seen
  if (!current) return
  if (fits(current)) tell(current)
  if (!fits(current) || isFull(heard.peek(), capacityOf(current))) void rebuild()
})
effect(() => {
  void state.input.value // another input may have brought another session
  void followTransport(state.playing.value, audible.value)
})
