// A whole sound heard for notes, faster than it plays. Where one source's notes are wanted it is separated first, by the
// same engine from the same first sample as it is heard and exported.

import { Notes } from '../../worklet/notes.ts'
import { constantAutomation } from '../../worklet/parameters.ts'
import type { NoteSettings } from '../../worklet/parameters.ts'
import { Separator } from '../../worklet/separator.ts'
import type { RecordingReader } from '../recording/read.ts'
import { Gathering } from './gather.ts'
import { KeptFrames } from './kept.ts'
import type { FromNotes, Separated, ToNotes } from './messages.ts'
import { PITCHES, activationCode } from './roll-sheet.ts'

const BLOCK = 4096
const TELL_EVERY = 150 // ms
/** Frames of more numbers than this are not kept to be judged again. */
const MOST_KEPT = 6e7

type Order = Extract<ToNotes, { type: 'file' }>

/** Resolves when all is heard, to what judges it again. `turn` lets messages through. */
export async function listenToFile(order: Order, reader: RecordingReader, tell: (news: FromNotes, transfer?: Transferable[]) => void, turn: () => Promise<void>): Promise<(settings: NoteSettings) => void> {
  const { module, dictionary, head, only, settings, sampleRate, separated, recording: { channels: count } } = order
  let length = order.expected
  const notes = new Notes({ module, dictionary, head, sampleRate, channels: count, settings, source: only })
  const { pitches, gains, hopSeconds, lag } = notes
  const source = separated && sourceOf(separated, order)
  const late = (source?.latency ?? 0) / sampleRate
  const frames = Math.ceil((length + (source?.latency ?? 0)) / (hopSeconds * sampleRate)) + 8
  const keeps = frames * pitches.length * (notes.frame.learned ? 2 : 1) <= MOST_KEPT
  const kept = new KeptFrames(pitches.length, notes.frame.learned !== null, keeps ? Infinity : 1)
  tell({ type: 'ready', lag, hopSeconds, late, low: pitches[0]!, high: pitches.at(-1)! })

  let gathering = new Gathering(lag + late)
  let codes: number[] = []
  let first = 0
  let told = -Infinity
  notes.onEvent = (event) => gathering.take(event)
  notes.onFrame = () => {
    kept.keep(notes.frame)
    const at = codes.length
    codes.length = at + PITCHES
    codes.fill(0, at)
    pitches.forEach((pitch, row) => { codes[at + pitch] = activationCode(notes.frame.strengths[row]!) })
  }
  /** The heat is that of the frame's middle rather than its end, and of the sound rather than of what came late. */
  const news = (share: number): void => {
    told = performance.now()
    const bytes = Uint8Array.from(codes)
    tell({ type: 'heat', first, codes: bytes, seconds: notes.seconds - late }, [bytes.buffer])
    first += codes.length / PITCHES
    codes = []
    tell({ type: 'notes', share, list: share < 1 ? [...gathering.ended, ...gathering.open()] : gathering.whole(length / sampleRate) })
  }

  const block = Array.from({ length: count }, () => new Float32Array(BLOCK))
  // The last note's end is told late: a little silence follows the sound.
  const tail = Math.ceil((lag + late) * sampleRate)
  for (let at = 0; at < length + tail; at += BLOCK) {
    await reader.read(at, block)
    length = reader.recording.whole ? reader.recording.length : Math.max(length, reader.recording.length)
    const total = length + tail
    const size = Math.min(BLOCK, total - at)
    if (size <= 0) break // it ended before that
    notes.process(source ? source.next(block, size) : block, size)
    if (performance.now() - told > TELL_EVERY) {
      news(Math.min(0.999, at / total))
      await turn()
    }
  }
  notes.flush()
  news(1)

  return (next) => {
    if (!keeps) return
    gathering = new Gathering(lag + late)
    kept.judge(pitches, gains, hopSeconds, next, (event) => gathering.take(event))
    tell({ type: 'notes', share: 1, list: gathering.whole(length / sampleRate) })
  }
}

/** One source of the mix, block by block. */
function sourceOf({ source, dictionary, selection, settings, covariances }: Separated, { module, sampleRate, recording: { channels: count } }: Order) {
  const separator = new Separator({ module, dictionary, selection, covariances, sampleRate, channels: count, mode: 'direct' })
  const automation = constantAutomation({ ...settings, hold: 0, listen: 0 })
  const stems = Array.from({ length: selection.sources.length + 1 }, () => Array.from({ length: count }, () => new Float32Array(BLOCK)))
  return {
    latency: separator.latencySamples,
    next(block: readonly Float32Array[], size: number): readonly Float32Array[] {
      separator.process(block, stems, size, automation)
      return stems[source]!
    },
  }
}
