// Makes the picture of a file, off the page's thread and the visible part first: what is there, whose it is, its colours.
// Work goes in jobs of a few columns, so that a change of mind (another view, another selection) counts at once.

import { shapeFor } from '../../worklet/stft.ts'
import type { Selection } from '../../worklet/selection.ts'
import { toLab } from '../colour.ts'
import { Grid, fill } from '../shapes.ts'
import { changedBetween } from './changes.ts'
import { RecordingReader } from '../recording/read.ts'
import type { FromPicture, Probe, StoreName, ToPicture } from './messages.ts'
import { Looker, Owner, listen } from './passes.ts'
import type { Listener, Sound } from './passes.ts'
import { ROWS, Rows } from './rows.ts'
import { Store, levelOf, phaseOf } from './store.ts'
import type { Look } from './store.ts'

const port = self as unknown as {
  onmessage: ((event: MessageEvent<ToPicture>) => void) | null
  postMessage(message: FromPicture, transfer?: Transferable[]): void
}

/** Columns that a picture may have: of a whole file, and of a closer look at a part of it. */
const COLUMNS = 4096
/** Of one job. */
const JOB = 32
const PAINT_JOB = 128
/** A closer look reaches beyond the view by this share of it, to each side. */
const MARGIN = 0.5
/** Columns per pixel below which the whole picture is too coarse for the view. */
const COARSE = 0.6

type Opened = Extract<ToPicture, { type: 'open' }>
type Owners = Extract<ToPicture, { type: 'owners' }> & { readonly dictionary: NonNullable<Extract<ToPicture, { type: 'owners' }>['dictionary']> }

let file: Opened | null = null
let reader: RecordingReader | null = null
let owners: Owners | null = null
let look: Look = { owners: true, contested: false, diffuse: false, lit: null }
let colours: readonly string[] = []
let view = { from: 0, to: 1, pixels: 1000 }
let hidden = false

interface Session {
  readonly sound: Sound
  readonly rows: Rows
  readonly hopSize: number
  readonly looker: Looker
  owner: Owner | null
  readonly stores: Record<StoreName, Store | null>
  light: number
}
let session: Session | null = null
/** Where each listener stopped: the next column goes on from there. */
let stopped: { listener: Listener; store: Store; column: number } | null = null

/** Another dictionary has other frames: everything begins anew. */
function begin({ module, recording: { sampleRate, channels }, expected: samples }: Opened, { dictionary, selection }: Owners): Session {
  const shape = shapeFor(dictionary, sampleRate)
  const rows = new Rows({ sampleRate, ...shape })
  const hops = Math.ceil(samples / shape.hopSize)
  const stride = Math.ceil(hops / COLUMNS)
  const whole = new Store(0, stride, Math.ceil(hops / stride), selection.sources.length)
  const next: Session = {
    sound: { sampleRate, samples, channels, read: (from, count) => reader!.block(from, count) }, rows, hopSize: shape.hopSize,
    looker: new Looker(module, shape, rows, channels), owner: null, stores: { whole, detail: null }, light: whole.light(),
  }
  announce('whole', whole, shape.hopSize)
  return next
}

const announce = (store: StoreName, { first, stride, columns }: Store, hopSize: number): void =>
  port.postMessage({ type: 'store', store, from: first * hopSize, columns, samplesPerColumn: stride * hopSize })

/** A closer look where the whole is too coarse, as long as it shows the view. */
function focus(current: Session): void {
  const { stores, hopSize, sound } = current
  const whole = stores.whole!
  const hops = (view.to - view.from) / hopSize
  const wanted = Math.max(1, Math.floor(hops / view.pixels))
  if (whole.stride <= wanted || hops / whole.stride >= view.pixels * COARSE) {
    if (stores.detail) port.postMessage({ type: 'store', store: 'detail', from: 0, columns: 0, samplesPerColumn: 1 })
    stores.detail = null
    return
  }
  const [from, to] = [Math.floor(view.from / hopSize), Math.ceil(view.to / hopSize)]
  const now = stores.detail
  const end = Math.ceil(sound.samples / hopSize)
  const fine = now && now.stride <= 2 * wanted && now.stride * 2 > wanted
  if (fine && now.first <= from && now.first + now.columns * now.stride >= Math.min(to, end)) return
  const margin = Math.ceil(hops * MARGIN)
  const first = Math.max(0, from - margin)
  const last = Math.min(end, to + margin)
  const columns = Math.min(COLUMNS, Math.ceil((last - first) / wanted))
  stores.detail = new Store(first, wanted, columns, whole.shares.length)
  announce('detail', stores.detail, hopSize)
}

type Kind = 'seen' | 'owned' | 'drawn'
interface Job { readonly name: StoreName; readonly store: Store; readonly kind: Kind; readonly from: number; readonly to: number }

/** Columns that can be heard now: of a file that is still being read, those that are there and what they need behind them. */
function reach({ hopSize, looker }: Session, store: Store): number {
  const { whole, length } = reader!.recording
  return whole ? store.columns : Math.max(0, Math.min(store.columns, store.columnOf(length / hopSize - looker.preroll)))
}

function run(marks: Uint8Array, from: number, until: number, reached: number, most: number): [number, number] | null {
  const to = Math.min(until, reached)
  let start = from
  while (start < to && marks[start]) start++
  if (start >= to) return null
  let end = start
  while (end < to && end - start < most && !marks[end]) end++
  return [start, end]
}

/** What to do next: what is visible before what is not, what is there before whose it is. */
function nextJob(current: Session): Job | null {
  const { stores, hopSize } = current
  const names: StoreName[] = stores.detail ? ['detail', 'whole'] : ['whole']
  for (const visible of [true, false])
    for (const name of names) {
      const store = stores[name]!
      const clip = (hop: number): number => Math.max(0, Math.min(store.columns, store.columnOf(hop)))
      const [from, to] = [clip(view.from / hopSize), Math.min(store.columns, clip(view.to / hopSize) + 1)]
      const spans: [number, number][] = visible ? [[from, to]] : [[to, store.columns], [0, to]]
      for (const kind of ['drawn', 'seen', 'owned'] as const)
        for (const [start, end] of spans) {
          const found = run(store[kind], start, end, reach(current, store), kind === 'drawn' ? PAINT_JOB : JOB)
          if (found) return { name, store, kind, from: found[0], to: found[1] }
        }
      if (visible) break // the closer look stands in front of the whole
    }
  return null
}

async function perform(current: Session, job: Job): Promise<void> {
  const { name, store, kind, from, to } = job
  if (kind === 'drawn') {
    const pixels = store.paint(from, to, current.light, colours.map(toLab), look, litArea(current, store))
    return port.postMessage({ type: 'pixels', store: name, column: from, columns: to - from, pixels }, [pixels.buffer])
  }
  const listener = kind === 'seen' ? current.looker : ownerOf(current)
  const marks = store[kind]
  marks.fill(1, from, to) // at once: what changes while it is heard takes the mark away again
  const goesOn = stopped?.listener === listener && stopped.store === store && stopped.column === from && store.stride <= listener.preroll + 1
  await listen(listener, store, current.sound, from, to, goesOn)
  stopped = { listener, store, column: to }
  if (kind === 'seen') {
    for (let column = from; column < to; column++) store.see(column)
    const light = current.stores.whole!.light()
    const settled = current.stores.whole!.seen.every((mark) => mark)
    if (Math.abs(light - current.light) > (settled ? 0.4 : 4)) {
      current.light = light
      for (const each of Object.values(current.stores)) each?.drawn.forEach((_, c) => { if (each.level[c * ROWS]) each.drawn[c] = 0 })
    }
  } else store.drawn.fill(0, from, to)
}

function ownerOf(current: Session): Owner {
  const { dictionary, selection, covariances, head, settings } = owners!
  const { module, recording: { sampleRate, channels } } = file!
  return current.owner ??= new Owner({ module, dictionary, selection, covariances, head, sampleRate, channels, mode: 'direct' }, settings, current.rows)
}

/** The cells of a lit area, as `Store.paint` wants them: rows along x. */
function litArea({ rows, hopSize, sound }: Session, { first, stride, columns }: Store): Uint8Array | null {
  if (look.lit?.kind !== 'area') return null
  const grid = new Grid(ROWS, columns)
  fill(grid, look.lit.polygon.map(([seconds, hertz]) => [
    rows.axis.row(Math.max(1, hertz)) * ROWS, (seconds * sound.sampleRate / hopSize - first) / stride]), 255)
  return grid.cells
}

let working = false
const breath = new MessageChannel()
let exhale = (): void => {}
breath.port1.onmessage = () => exhale()
/** Lets messages in between two jobs; a timer would wait four milliseconds. */
const breathe = (): Promise<void> => new Promise((resolve) => {
  exhale = resolve
  breath.port2.postMessage(null)
})

async function work(): Promise<void> {
  if (working) return
  working = true
  try {
    for (let job; session && !hidden && (job = nextJob(session));) {
      const current = session
      await perform(current, job)
      await breathe()
      report(current)
    }
  } catch (error) {
    port.postMessage({ type: 'failed', message: error instanceof Error ? error.message : String(error) })
  } finally {
    working = false
  }
}

let reported = 0
function report({ stores: { whole } }: Session): void {
  const now = performance.now()
  const done = whole!.owned.every((mark) => mark)
  if (now - reported < 150 && !done) return
  reported = now
  const share = (marks: Uint8Array): number => marks.reduce((sum, mark) => sum + mark, 0) / marks.length
  port.postMessage({ type: 'progress', seen: share(whole!.seen), owned: share(whole!.owned), contested: done ? contestedShare(whole!) : null })
}

/** Of the energy that is seen. */
function contestedShare(store: Store): number {
  let all = 0, contested = 0
  for (let cell = 0; cell < store.level.length; cell += 11) { // enough of them, and other rows in each column
    const energy = 10 ** (levelOf(store.level[cell]!) / 10)
    all += energy
    if (store.isContested(cell)) contested += energy
  }
  return all > 0 ? contested / all : 0
}

const SEMITONE_HALF = 2 ** (0.5 / 12)

function probe({ rows, hopSize, stores }: Session, sample: number, hertz: number): Probe {
  const hop = Math.floor(sample / hopSize)
  const within = ({ first, columns, stride }: Store): boolean => hop >= first && hop < first + columns * stride
  const store = stores.detail && within(stores.detail) && stores.detail.seen[stores.detail.columnOf(hop)] ? stores.detail : stores.whole!
  const column = Math.max(0, Math.min(store.columns - 1, store.columnOf(hop)))
  const rowOf = (f: number): number => Math.max(0, Math.min(ROWS - 1, Math.floor(rows.axis.row(f) * ROWS)))
  const row = rowOf(hertz)
  const cell = column * ROWS + row
  const known = store.level[cell]! > 0
  let peak = row
  for (let r = rowOf(hertz / SEMITONE_HALF); r <= rowOf(hertz * SEMITONE_HALF); r++)
    if (store.level[column * ROWS + r]! > store.level[column * ROWS + peak]!) peak = r
  return {
    sample, hertz, level: known ? levelOf(store.level[cell]!) - rows.tilt(row) : null,
    shares: store.owned[column] ? store.shares.map((shares) => shares[cell]! / 255) : null,
    peak: rows.hertz(peak),
    side: known && file!.recording.channels === 2 ? store.side[cell]! / 2 : null,
    phase: known && file!.recording.channels === 2 ? phaseOf(store.phase[cell]!) : null,
  }
}

/** Marks what a change of the selection has made untrue. */
function forget(current: Session, before: Selection, after: Selection): void {
  const changed = changedBetween(before, after)
  if (!changed) return
  const { stores, hopSize, sound: { sampleRate } } = current
  for (const store of Object.values(stores)) {
    if (!store) continue
    const clip = (seconds: number): number => Math.max(0, Math.min(store.columns, store.columnOf(seconds * sampleRate / hopSize)))
    const [from, to] = changed === 'all' ? [0, store.columns] : [clip(changed.from) - 1, clip(changed.to) + 2]
    store.owned.fill(0, Math.max(0, from), Math.min(store.columns, to))
  }
}

function takeOwners(message: Extract<ToPicture, { type: 'owners' }>): void {
  const before = owners
  const dictionary = message.dictionary ?? before?.dictionary
  if (!dictionary || !file) return
  owners = { ...message, dictionary, head: message.dictionary ? message.head : before?.head ?? null }
  const [now, then] = [message.selection, before?.selection]
  if (!session || !before || dictionary !== before.dictionary) session = begin(file, owners)
  else if (then!.sources.length !== now.sources.length || JSON.stringify(before.settings) !== JSON.stringify(message.settings)) {
    session.owner = null
    for (const store of Object.values(session.stores)) store?.own(now.sources.length)
    for (const store of Object.values(session.stores)) store?.seen.forEach((mark, c) => { if (mark) store.drawn[c] = 0 })
  } else {
    session.owner?.separator.select(now, message.covariances)
    forget(session, then!, now)
  }
  stopped = null
}

port.onmessage = ({ data }) => {
  if (data.type === 'grown') {
    reader?.grow(data.recording)
    return void work()
  }
  if (data.type === 'probe') {
    if (session) port.postMessage({ type: 'probed', probe: probe(session, data.sample, data.hertz) })
    return
  }
  if (data.type === 'open') {
    file = data
    reader = new RecordingReader(data.recording)
  }
  else if (data.type === 'view') view = data
  else if (data.type === 'hidden') hidden = data.hidden
  else if (data.type === 'look') {
    look = data.look
    colours = data.colours
    if (session) for (const store of Object.values(session.stores)) store?.seen.forEach((mark, c) => { if (mark) store.drawn[c] = 0 })
  } else takeOwners(data)
  if (session) focus(session)
  void work()
}
