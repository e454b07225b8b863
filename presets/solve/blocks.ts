// Where an atom sounds. A block norm over an atom's whole course holds down what never sounds; one over each stretch of
// sound or rest also holds down what sounds falsely for a while, such as the octave of a note, in an atom that sounds
// truly elsewhere (Morikawa, Yukawa & Kikuchi 2015).

import type { Problem, Solver, SolveOptions } from './problem.ts'

/** Of the atom's loudest moment: what is above sounds. */
const SOUNDS = 0.05
/** Frames: a shorter rest is part of the sound, a shorter sound part of the rest. */
const SHORTEST = 3

type Way = (problem: Problem, options: SolveOptions) => Solver

/** Frames × atoms, 1 where one stretch ends and the next begins, of the answer without a block norm after half as many passes. */
export function* cutsOf(problem: Problem, options: SolveOptions, method: Way): Generator<number, Uint8Array> {
  const iterations = Math.ceil(options.iterations / 2)
  const { activations } = yield* method(problem, { ...options, block: 0, local: false, iterations })
  return stretches(activations, problem.spectra.length / problem.bins)
}

export function stretches(activations: Float64Array, atoms: number): Uint8Array {
  const frames = activations.length / atoms
  const cuts = new Uint8Array(activations.length)
  for (let k = 0; k < atoms; k++) {
    let most = 0
    for (let t = 0; t < frames; t++) most = Math.max(most, activations[t * atoms + k]!)
    const sounds = Array.from({ length: frames }, (_, t) => activations[t * atoms + k]! > SOUNDS * most)
    fill(sounds, false)
    fill(sounds, true)
    for (let t = 1; t < frames; t++) if (sounds[t] !== sounds[t - 1]) cuts[t * atoms + k] = 1
  }
  return cuts
}

/** Runs of `what` that are too short, and stand between two others, become like their neighbours. */
function fill(sounds: boolean[], what: boolean): void {
  for (let t = 0; t < sounds.length; ) {
    let end = t
    while (end < sounds.length && sounds[end] === sounds[t]) end++
    if (sounds[t] === what && end - t < SHORTEST && t > 0 && end < sounds.length) sounds.fill(!what, t, end)
    t = end
  }
}
