// From voices and noises to a mask head. Before it, the dictionary is learned several times, each time without some of the
// speakers: a head that only met spectra of the very voices it hears would trust them too much. And a third of the mixes are
// heard through few spectra of the speaker alone, as an enrolled person's are.

import { divergences, type Dictionary } from '../../worklet/dictionary.ts'
import { withLatency, type Latency } from '../../worklet/latency.ts'
import { COEFFICIENTS, inputsFor, type MaskFacts } from '../../worklet/mask-head.ts'
import type { Head } from '../../worklet/network.ts'
import type { Settings } from '../../worklet/parameters.ts'
import { fast } from '../products.ts'
import { OWN_ATOMS } from './enrol.ts'
import { learn, type Recording } from './learn.ts'
import { listener, type Passage, type Rows } from './mask-examples.ts'
import { Judge } from './mask-loss.ts'
import { mixOf, type Materials } from './mask-mixes.ts'
import { cosineRate, startLayers, Trainer } from './network.ts'
import { seededRandom } from './random.ts'

export interface MaskPlan {
  /** Whose settings, source, analysis and number of atoms the head is for. Its spectra are not used. */
  readonly dictionary: Dictionary
  readonly settings: Partial<Settings>
  /** One recording for each person, and noises; at the dictionary's rate. */
  readonly voices: readonly Recording[]
  readonly noises: readonly Recording[]
  readonly mixes: number
  readonly epochs: number
  readonly seed: number
  readonly module: WebAssembly.Module
}

export interface MaskProgress {
  readonly share: number
  /** "listening", or what the last epoch came to. */
  readonly stage: string
  /** What has been learned so far; null while it listens. */
  readonly head: (() => Head) | null
}

const BANDS = 32, FIRST = 64, MEMORY = 96
/** Seconds of a mix, and of it in frames of the head's clock. */
const SECONDS = 4, FRAMES = 488
const CLOCK = 0.008
/** Mixes in one step. */
const BATCH = 8
const RATE = 1.5e-3, CLIP = 1
const FOLDS = 3, OWN = 1 / 3
const PASSES = 40
/** Of all steps a share is for listening, in progress. */
const LISTENING = 0.4


export async function* learnMaskHead(plan: MaskPlan, stop?: { readonly aborted: boolean }): AsyncGenerator<MaskProgress, Head> {
  const { dictionary, voices, noises, mixes, epochs, seed, module } = plan
  const source = dictionary.atoms[0]?.source
  if (source === undefined) throw new RangeError('head: expected a dictionary with a voice, got one without atoms')
  if (voices.length < FOLDS + 1) throw new RangeError(`head: expected recordings of at least ${FOLDS + 1} voices, got ${voices.length}`)
  if (noises.length === 0) throw new RangeError('head: expected recordings of noise, got none')
  for (const { name, sampleRate } of [...voices, ...noises])
    if (sampleRate !== dictionary.sampleRate) throw new RangeError(`${name}: expected ${dictionary.sampleRate} Hz like the dictionary, got ${sampleRate} Hz`)
  const facts: MaskFacts = { source, bands: BANDS, reach: dictionary.sampleRate / 2, clock: CLOCK, own: false, latency: true }
  const heard: Passage[] = []
  let rows: Rows | null = null
  for await (const { passage, about } of passages(plan, facts)) {
    rows ??= about
    heard.push(passage)
    yield { share: (LISTENING * heard.length) / mixes, stage: 'listening', head: null }
    if (stop?.aborted) break
  }
  if (!rows || heard.length < BATCH) throw new RangeError(`head: expected at least ${BATCH} mixes, got ${heard.length}`)

  const inputs = inputsFor(BANDS), outputs = COEFFICIENTS * BANDS
  const layers = startLayers([
    { kind: 'dense', activation: 'tanh', inputs, outputs: FIRST }, { kind: 'recurrent', activation: 'tanh', inputs: FIRST, outputs: MEMORY },
    { kind: 'dense', activation: 'linear', inputs: MEMORY, outputs },
  ], seed)
  layers[2]!.weights.fill(0) // from the dictionary's mask
  const trainer = new Trainer(layers, fast(module), BATCH, FRAMES)
  const judge = new Judge(rows, FRAMES, module)
  const random = seededRandom(seed)
  const order = heard.map((_, i) => i)
  const steps = epochs * Math.floor(heard.length / BATCH)
  const now = (): Head => ({ kind: 'mask', layers: trainer.layers(), facts: { ...facts } })
  let step = 0
  for (let epoch = 0; epoch < epochs; epoch++) {
    shuffle(order, random)
    let loss = 0, decibels = 0, envelopes = 0, count = 0
    for (let from = 0; from + BATCH <= order.length; from += BATCH, step++) {
      const batch = order.slice(from, from + BATCH).map((i) => heard[i]!)
      batch.forEach(({ inputs: given }, row) => {
        for (let frame = 0; frame < FRAMES; frame++) trainer.input.set(given.subarray(frame * inputs, (frame + 1) * inputs), (frame * BATCH + row) * inputs)
      })
      trainer.forward(BATCH, FRAMES)
      batch.forEach((passage, row) => {
        const found = judge.judge(passage, FRAMES, trainer.output, (frame) => (frame * BATCH + row) * outputs, trainer.slope, 1 / BATCH)
        loss += found.loss
        decibels += found.decibels
        envelopes += found.envelopes
        count++
      })
      trainer.backward()
      trainer.step(cosineRate(RATE, step, steps), CLIP)
      yield { share: LISTENING + ((1 - LISTENING) * (step + 1)) / steps, stage: `epoch ${epoch + 1}: loss ${(loss / count).toFixed(3)}, ${(decibels / count).toFixed(2)} dB, envelopes ${(envelopes / count).toFixed(4)}`, head: now }
      if (stop?.aborted) return now()
    }
  }
  return now()
}

/** Every mix once, as the engine hears it. Speaker by speaker, so that few dictionaries are kept. */
async function* passages({ dictionary, settings, voices, noises, mixes, seed, module }: MaskPlan, facts: MaskFacts): AsyncGenerator<{ passage: Passage; about: Rows }> {
  const materials: Materials = { sampleRate: dictionary.sampleRate, voices: voices.map(mono), noises: noises.map(mono) }
  const fold = (who: number): number => who % FOLDS
  const universal = await Promise.all(Array.from({ length: FOLDS }, (_, f) => spectraOf(dictionary, voices.filter((_, who) => fold(who) !== f), facts.source, dictionary.atoms.length, seed, module)))
  const own = new Map<number, Dictionary>()
  const listeners = new Map<string, ReturnType<typeof listener>>()
  for (let n = 0; n < mixes; n++) {
    const mix = mixOf(materials, SECONDS, seed * 1_000_003 + n)
    const random = seededRandom(seed + 7 * n)
    const alone = random() < OWN, draw = random()
    const latency: Latency = draw < 0.4 ? 'high' : draw < 0.7 ? 'normal' : 'low'
    let engine
    if (alone) {
      const spectra = own.get(mix.who) ?? await spectraOf(dictionary, [voices[mix.who]!], facts.source, OWN_ATOMS, seed, module)
      own.set(mix.who, spectra)
      engine = listener(module, withLatency(spectra, latency), settings, { ...facts, own: true })
    } else {
      const key = `${fold(mix.who)} ${latency}`
      engine = listeners.get(key) ?? listener(module, withLatency(universal[fold(mix.who)]!, latency), settings, facts)
      listeners.set(key, engine)
    }
    const passage = engine.hear(mix, FRAMES)
    if (passage.frames === FRAMES) yield { passage, about: engine.rows }
  }
}

async function spectraOf(dictionary: Dictionary, recordings: readonly Recording[], source: string, atoms: number, seed: number, module: WebAssembly.Module): Promise<Dictionary> {
  const { sampleRate, fftSize, hopSize, tailSize } = dictionary
  const steps = learn({
    parts: [{ source, pitch: null, atoms, recordings }], sizes: { sampleRate, fftSize, hopSize, tailSize },
    method: 'nmf', divergence: divergences['euc']!, iterations: PASSES, start: 'kmeans', seed, frames: 12_000, module,
  })
  let step = await steps.next()
  while (!step.done) step = await steps.next()
  return { ...dictionary, atoms: step.value.atoms, spectra: step.value.spectra }
}

const mono = ({ channels }: Recording): Float32Array => channels[0]!.map((_, i) => channels.reduce((sum, samples) => sum + samples[i]!, 0) / channels.length)

function shuffle(order: number[], random: () => number): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[order[i], order[j]] = [order[j]!, order[i]!]
  }
}
