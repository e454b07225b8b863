// A small network that hears when a key is struck, taught on music made by chance of recorded notes: the strokes are known,
// and everything goes through the engine that will ask it. What it has to generalise to decides how it is taught: with one
// instrument the dictionary is that instrument's own, with several each is heard through a dictionary of the others.

import type { Dictionary } from '../../worklet/dictionary.ts'
import type { Head, Layer } from '../../worklet/network.ts'
import { FEATURES, FEATURE_SET } from '../../worklet/notes.ts'
import { fast } from '../products.ts'
import { cosineRate, startLayers, Trainer } from './network.ts'
import { judgement, type Heard } from './note-judging.ts'
import { mixture } from './note-mixes.ts'
import { randomPiece } from './note-pieces.ts'
import { RowsKept, type Rows } from './note-rows.ts'
import { voicesOf, type Key } from './note-voices.ts'
import { seededRandom } from './random.ts'
import type { Instrument } from './templates.ts'

export interface Player {
  readonly notes: Instrument
  /** It is heard through one of these, drawn by chance for each piece. */
  readonly dictionaries: readonly Dictionary[]
}

export interface Teaching {
  /** Of music, in all. */
  readonly seconds: number
  readonly seed: number
  readonly epochs: number
}

const PIECE = 10 // seconds
/** One piece in so many is kept to judge by. */
const HELD_OUT = 6
const UNITS = [32, 16]
const BATCH = 1024
const RATE = 5e-3
/** Shares of the progress: telling rows, teaching, judging. */
const TOLD = 0.6, TAUGHT = 0.9

/** Yields the share that is done. All recordings have one rate. */
export function* noteHead(players: readonly Player[], { seconds, seed, epochs }: Teaching, module: WebAssembly.Module): Generator<number, Head> {
  const random = seededRandom(seed)
  const keys = players.map(({ notes }) => voicesOf(notes))
  const kept = new RowsKept()
  const heldOut: Heard[] = []
  const count = Math.max(HELD_OUT, Math.ceil(seconds / PIECE))
  for (let piece = 0; piece < count; piece++) {
    const which = piece % players.length
    const { notes, dictionaries } = players[which]!
    const mixed = mixedOf(keys[which]!, notes[0]!.recording.sampleRate, random)
    const dictionary = dictionaries[Math.floor(random() * dictionaries.length)]!
    // not every sixth of all: with three players that would always be the same one
    if (Math.floor(piece / players.length) % HELD_OUT === HELD_OUT - 1 || piece === count - 1) heldOut.push({ mixed, dictionary })
    else for (const timing of [0, 1]) kept.add(mixed, dictionary, timing, module, random)
    yield (TOLD * (piece + 1)) / count
  }
  const layers = yield* taught(kept.rows, seed, epochs, module)
  const thresholds: number[] = [], lags: number[] = []
  for (const timing of [0, 1]) {
    const { threshold, lag } = judgement(heldOut, layers, timing, module)
    thresholds.push(rounded(threshold))
    lags.push(rounded(lag))
    yield TAUGHT + ((1 - TAUGHT) * (timing + 1)) / 2
  }
  return { kind: 'notes', layers, facts: { features: FEATURE_SET, thresholds, lags } }
}

const rounded = (x: number): number => Math.round(1e4 * x) / 1e4

function mixedOf(keys: readonly Key[], sampleRate: number, random: () => number): Heard['mixed'] {
  const strokes = randomPiece(keys.map(({ pitch }) => pitch), PIECE, random)
  return { strokes, sampleRate, sound: mixture(keys, strokes, PIECE, sampleRate, random) }
}

/** By weighted cross entropy. */
function* taught({ count, features, called, weights }: Rows, seed: number, epochs: number, module: WebAssembly.Module): Generator<number, Layer[]> {
  const random = seededRandom(seed)
  const widths = [FEATURES, ...UNITS, 1]
  const trainer = new Trainer(startLayers(widths.slice(1).map((outputs, i) =>
    ({ kind: 'dense', activation: i < UNITS.length ? 'tanh' : 'sigmoid', inputs: widths[i]!, outputs })), seed), fast(module), BATCH)
  const order = Int32Array.from({ length: count }, (_, i) => i)
  const batches = Math.floor(count / BATCH)
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let i = count - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1)), own = order[i]!
      order[i] = order[j]!
      order[j] = own
    }
    for (let batch = 0; batch < batches; batch++) {
      for (let i = 0; i < BATCH; i++) {
        const row = order[batch * BATCH + i]!
        trainer.input.set(features.subarray(row * FEATURES, (row + 1) * FEATURES), i * FEATURES)
      }
      trainer.forward(BATCH)
      for (let i = 0; i < BATCH; i++) {
        const row = order[batch * BATCH + i]!, p = trainer.output[i]!
        trainer.slope[i] = (weights[row]! * (p - called[row]!)) / Math.max(1e-6, p * (1 - p)) / BATCH
      }
      trainer.backward()
      trainer.step(cosineRate(RATE, epoch * batches + batch, epochs * batches))
    }
    yield TOLD + ((TAUGHT - TOLD) * (epoch + 1)) / epochs
  }
  return trainer.layers()
}
