// How sure a head must be before a key counts as struck, and how late that is: found on mixtures it was not taught on, through
// the engine's own logic, separately for each timing.

import type { Dictionary } from '../../worklet/dictionary.ts'
import type { Head, Layer } from '../../worklet/network.ts'
import { NoteLogic, type NoteFrame } from '../../worklet/note-logic.ts'
import { FEATURE_SET, Notes } from '../../worklet/notes.ts'
import { initialNoteSettings } from '../../worklet/parameters.ts'
import type { Stroke } from './note-pieces.ts'
import type { Mixed } from './note-rows.ts'

const TRIED = Array.from({ length: 18 }, (_, i) => 0.1 + 0.05 * i)
/** Seconds within which a call is right, once the constant lag is taken away; and the latest that it belongs to a stroke at all. */
const TOLERANCE = 0.05, LATEST = 0.15

/** Of the best F, what a surer threshold may lose: recordings hold more that is like a stroke than mixtures do. */
const GIVEN = 0.015

export interface Judgement { readonly threshold: number; readonly lag: number; readonly f: number }

export interface Heard { readonly mixed: Mixed; readonly dictionary: Dictionary }

export function judgement(heard: readonly Heard[], layers: readonly Layer[], timing: number, module: WebAssembly.Module): Judgement {
  const settings = { ...initialNoteSettings(), timing }
  const kept = heard.map(({ mixed, dictionary }) => {
    const head: Head = { kind: 'notes', layers, facts: { features: FEATURE_SET, thresholds: [0.5, 0.5] } }
    const notes = new Notes({ module, dictionary, head, sampleRate: mixed.sampleRate, channels: 1, settings })
    const frames: NoteFrame[] = []
    notes.onFrame = () => frames.push({ ...notes.frame, strengths: notes.frame.strengths.slice(), learned: notes.frame.learned!.slice() })
    notes.process([mixed.sound])
    return { frames, notes, strokes: mixed.strokes }
  })
  const tried = TRIED.map((threshold): Judgement => {
    const calls = kept.map(({ frames, notes: { pitches, hopSeconds } }) => callsOf(frames, pitches, hopSeconds, { ...settings, threshold }))
    const lag = medianLag(kept.map(({ strokes }, i) => ({ strokes, calls: calls[i]! })))
    let right = 0, all = 0
    kept.forEach(({ strokes }, i) => {
      right += matched(strokes, calls[i]!, lag - TOLERANCE, lag + TOLERANCE).length
      all += strokes.length + calls[i]!.length
    })
    const f = all > 0 ? (2 * right) / all : 0
    return { threshold, lag, f }
  })
  const most = Math.max(...tried.map(({ f }) => f))
  return tried.findLast(({ f }) => f >= most - GIVEN)!
}

interface Call { readonly pitch: number; readonly seconds: number }

function callsOf(frames: readonly NoteFrame[], pitches: readonly number[], hopSeconds: number, settings: ReturnType<typeof initialNoteSettings>): Call[] {
  const logic = new NoteLogic(pitches, hopSeconds)
  const calls: Call[] = []
  logic.set(settings)
  logic.onEvent = (event) => { if (event.type === 'on') calls.push(event) }
  for (const frame of frames) logic.judge(frame)
  return calls
}

/** Seconds from strokes to the calls that belong to them, each call to one stroke: the first that may. */
function matched(strokes: readonly Stroke[], calls: readonly Call[], from: number, to: number): number[] {
  const taken = new Set<Call>()
  return strokes.flatMap(({ pitch, onset }) => {
    const call = calls.find((one) => one.pitch === pitch && one.seconds - onset >= from && one.seconds - onset <= to && !taken.has(one))
    if (!call) return []
    taken.add(call)
    return [call.seconds - onset]
  })
}

function medianLag(heard: readonly { strokes: readonly Stroke[]; calls: readonly Call[] }[]): number {
  const lags = heard.flatMap(({ strokes, calls }) => matched(strokes, calls, 0, LATEST)).sort((a, b) => a - b)
  return lags[Math.floor(lags.length / 2)] ?? 0.06
}
