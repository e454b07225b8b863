// Listens for notes away from the page's own thread: to a live sound as it is played, or to a whole file as fast as it goes.
// The page ends it by terminating it.

import type { NoteEvent } from '../../worklet/notes.ts'
import { Notes } from '../../worklet/notes.ts'
import { SampleRing } from '../../worklet/sample-ring.ts'
import { RecordingReader } from '../recording/read.ts'
import { listenToFile } from './file.ts'
import { Gathering } from './gather.ts'
import { KeptFrames } from './kept.ts'
import type { FromNotes, ToNotes } from './messages.ts'
import { PITCHES, activationCode } from './roll-sheet.ts'

const BLOCK = 1024
/** Settings that change are tried on so much of what was heard. */
const JUDGED_SECONDS = 10
/** Frames that only tell the judge what went before. */
const WARM_SECONDS = 1
/** Longer than this nothing is waited for: messages must be heard. */
const NAP = 30 // ms

// As far as it is used: the page's types know of windows only.
interface Scope {
  onmessage: ((event: MessageEvent<ToNotes>) => void) | null
  postMessage(news: FromNotes, transfer?: Transferable[]): void
}
const scope = self as unknown as Scope
const tell = (news: FromNotes, transfer?: Transferable[]): void => scope.postMessage(news, transfer)
const fail = (error: unknown): void => tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) })

/** A turn of the worker's loop, so that messages are heard. */
const turn = ((): (() => Promise<void>) => {
  const { port1, port2 } = new MessageChannel()
  let done: () => void = () => {}
  port1.onmessage = () => done()
  return () => new Promise((resolve) => {
    done = resolve
    port2.postMessage(null)
  })
})()

let receive: (message: ToNotes) => void = () => {}
let reader: RecordingReader | null = null

scope.onmessage = ({ data }) => {
  try {
    if (data.type === 'live') receive = listenLive(data)
    else if (data.type === 'grown') reader?.grow(data.recording)
    else if (data.type === 'file') {
      reader = new RecordingReader(data.recording)
      listenToFile(data, reader, tell, turn).then((next) => { receive = (message) => { if (message.type === 'settings') next(message.settings) } }, fail)
    } else receive(data)
  } catch (error) {
    fail(error)
  }
}

function listenLive({ module, dictionary, head, only, settings, sampleRate, channels, ring: memory }: Extract<ToNotes, { type: 'live' }>): (message: ToNotes) => void {
  const notes = new Notes({ module, dictionary, head, sampleRate, channels, settings, source: only })
  const { pitches, gains, hopSeconds, lag } = notes
  const kept = new KeptFrames(pitches.length, notes.frame.learned !== null, Math.ceil((JUDGED_SECONDS + WARM_SECONDS) / hopSeconds))
  let events: NoteEvent[] = []
  let column = 0
  tell({ type: 'ready', lag, hopSeconds, late: 0, low: pitches[0]!, high: pitches.at(-1)! })
  notes.onEvent = (event) => events.push(event)
  notes.onFrame = () => {
    kept.keep(notes.frame)
    const codes = new Uint8Array(PITCHES)
    pitches.forEach((pitch, row) => { codes[pitch] = activationCode(notes.frame.strengths[row]!) })
    tell({ type: 'heat', first: column++, codes, seconds: notes.frame.seconds }, [codes.buffer])
  }
  const send = (): void => {
    if (events.length === 0) return
    tell({ type: 'events', events })
    events = []
  }

  if (memory) {
    const ring = new SampleRing(channels, memory)
    const block = Array.from({ length: channels }, () => new Float32Array(BLOCK))
    const drain = async (): Promise<void> => {
      while (!ring.ended) {
        if (ring.wait(NAP)) for (;;) {
          const missing = ring.gap()
          if (missing > 0) notes.skip(missing)
          const count = ring.read(block)
          if (count === 0) break
          notes.process(block, count)
          send()
        }
        await turn()
      }
      notes.flush()
      send()
    }
    drain().catch(fail)
  }

  return (message) => {
    if (message.type === 'samples') {
      notes.process(message.channels)
      send()
    } else if (message.type === 'settings') {
      notes.set(message.settings)
      const from = Math.max(0, notes.seconds - JUDGED_SECONDS)
      const gathering = new Gathering(lag)
      kept.judge(pitches, gains, hopSeconds, message.settings, (event) => gathering.take(event))
      tell({ type: 'judged', from: from - lag, list: [...gathering.ended, ...gathering.open()] })
    }
  }
}
