// Basic Pitch (Bittner et al. 2022) as npm has it, with the network that comes with it and its own settings: it hears about two
// seconds at once, so what it finds has no lag. TensorFlow's WebAssembly runs it: the plain one takes minutes for a piece.

import { readFileSync } from 'node:fs'
import type { Recording } from '../../presets/learn/frames.ts'
import { resampled } from '../resample.ts'
import { mono } from './audio.ts'
import type { PieceNote } from './note-pieces.ts'
import { commonPeer, peerFolder } from './peers.ts'

const RATE = 22_050
/** As its command line and its paper have them: sureness of an onset and of a frame, frames of the shortest note. */
const ONSET = 0.5, FRAME = 0.3, SHORTEST = 11

interface Timed { readonly startTimeSeconds: number; readonly durationSeconds: number; readonly pitchMidi: number; readonly amplitude: number }
interface BasicPitch {
  readonly BasicPitch: new (model: unknown) => {
    prepareData: (samples: Float32Array) => Promise<unknown>
    evaluateModel(samples: Float32Array, onComplete: (frames: number[][], onsets: number[][]) => void, percent: (share: number) => void): Promise<void>
  }
  outputToNotesPoly(frames: number[][], onsets: number[][], onset: number, frame: number, shortest: number): unknown[]
  noteFramesToTime(notes: unknown[]): Timed[]
}
interface Tensorflow {
  setBackend(name: string): Promise<boolean>
  loadGraphModel(handler: unknown): Promise<unknown>
  readonly io: { fromMemory(model: unknown): unknown }
}
interface ModelFile { readonly modelTopology: unknown; readonly weightsManifest: readonly { readonly weights: unknown[] }[] }

export async function basicPitch(): Promise<(recording: Recording) => Promise<PieceNote[]>> {
  const tensorflow = commonPeer<Tensorflow>('@tensorflow/tfjs')
  commonPeer('@tensorflow/tfjs-backend-wasm')
  await tensorflow.setBackend('wasm')
  const folder = peerFolder('@spotify/basic-pitch')
  const { modelTopology, weightsManifest } = JSON.parse(readFileSync(folder + '/model/model.json', 'utf8')) as ModelFile
  const weights = readFileSync(folder + '/model/group1-shard1of1.bin')
  const model = await tensorflow.loadGraphModel(tensorflow.io.fromMemory({
    modelTopology, weightSpecs: weightsManifest[0]!.weights, weightData: weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.byteLength),
  }))
  const { BasicPitch, outputToNotesPoly, noteFramesToTime } = commonPeer<BasicPitch>('@spotify/basic-pitch')
  const peer = new BasicPitch(model)
  const prepare = peer.prepareData.bind(peer)
  peer.prepareData = async (samples) => { // it pads in a way that the WebAssembly of TensorFlow does not know
    await tensorflow.setBackend('cpu')
    const prepared = await prepare(samples)
    await tensorflow.setBackend('wasm')
    return prepared
  }
  return async (recording) => {
    const frames: number[][] = [], onsets: number[][] = []
    await peer.evaluateModel(resampled(mono(recording), recording.sampleRate, RATE), (f, o) => { frames.push(...f); onsets.push(...o) }, () => {})
    return noteFramesToTime(outputToNotesPoly(frames, onsets, ONSET, FRAME, SHORTEST))
      .map(({ startTimeSeconds, durationSeconds, pitchMidi, amplitude }) =>
        ({ onset: startTimeSeconds, offset: startTimeSeconds + durationSeconds, pitch: pitchMidi, velocity: 127 * amplitude }))
      .sort((a, b) => a.onset - b.onset || a.pitch - b.pitch)
  }
}
