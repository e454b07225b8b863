// Several cores for one fit, by messages only. A shard stays in the thread where it was placed and answers questions, in
// their order. A host supplies a *port* to each thread, and gives the thread's own end to `serve`:
//
//   Node    { post: (m) => worker.postMessage(m), hear: (f) => worker.on('message', f), fail: (f) => worker.on('error', f) }
//           in the thread: serve({ post: (m) => parentPort.postMessage(m), hear: (f) => parentPort.on('message', f) })
//   a page  { post: (m) => worker.postMessage(m), hear: (f) => { worker.onmessage = (e) => f(e.data) }, fail: (f) => { worker.onerror = (e) => f(e.message) } }
//           in the worker: serve({ post: (m) => self.postMessage(m), hear: (f) => { self.onmessage = (e) => f(e.data) } })
//
// The host also ends its threads. How many there are changes nothing but the time: work is cut by the frames alone, and
// shares are added in one order.

import { Cut } from './cut.ts'
import type { CutSpec } from './cut.ts'
import { Shard } from './shard.ts'
import type { ShardSpec } from './shard.ts'

/** What can be placed, and the methods of it that can be asked for. */
export type Spec = ({ readonly kind: 'shard' } & ShardSpec) | ({ readonly kind: 'cut' } & CutSpec)
type Placed = Shard | Cut
export interface Question { readonly method: keyof Shard | keyof Cut; readonly args: readonly unknown[] }

const madeOf = (spec: Spec): Placed => (spec.kind === 'shard' ? new Shard(spec) : new Cut(spec))
const answer = (placed: Placed, { method, args }: Question): unknown =>
  (placed as unknown as Record<string, (...args: readonly unknown[]) => unknown>)[method]!(...args)

export interface End {
  post(message: unknown): void
  hear(listener: (message: never) => void): void
}
export interface Port extends End {
  /** The thread broke: nothing more will come from it. */
  fail(listener: (reason: unknown) => void): void
}

/** A shard or a cut, wherever it stands. */
export interface Hand {
  ask(question: Question): Promise<unknown>
  drop(): void
}

export interface Crew { place(spec: Spec): Hand }

type Order =
  | { readonly type: 'place'; readonly id: number; readonly spec: Spec }
  | { readonly type: 'ask'; readonly id: number; readonly question: Question }
  | { readonly type: 'drop'; readonly id: number }
/** One for every question. */
type Answer = { readonly reply: unknown } | { readonly error: string }

const textOf = (reason: unknown): string => (reason instanceof Error ? reason.message : String(reason))

/** No thread but this one. */
export const alone: Crew = {
  place(spec) {
    const placed = madeOf(spec)
    return { ask: async (question) => answer(placed, question), drop: () => {} }
  },
}

export function crewOf(ports: readonly Port[]): Crew {
  const threads = ports.map(threadOf)
  let next = 0
  return {
    place(spec) {
      const id = next++
      const { post, ask } = threads[id % threads.length]!
      post({ type: 'place', id, spec })
      return { ask: (question) => ask({ type: 'ask', id, question }), drop: () => post({ type: 'drop', id }) }
    },
  }
}

function threadOf(port: Port): { post(order: Order): void; ask(order: Order): Promise<unknown> } {
  const waiting: { resolve(reply: unknown): void; reject(error: Error): void }[] = []
  let broken: Error | null = null
  port.hear((message: Answer) => {
    const { resolve, reject } = waiting.shift()!
    if ('error' in message) reject(new Error(message.error))
    else resolve(message.reply)
  })
  port.fail((reason) => {
    broken = new Error(`a thread of the fit broke: ${textOf(reason)}`)
    for (const { reject } of waiting.splice(0)) reject(broken)
  })
  const post = (order: Order): void => port.post(order)
  return {
    post,
    ask: (order) => new Promise((resolve, reject) => {
      if (broken) { reject(broken); return }
      waiting.push({ resolve, reject })
      post(order)
    }),
  }
}

/** The thread's side. What is placed is made at its first question, whose answer can say what went wrong. */
export function serve(end: End): void {
  const specs = new Map<number, Spec>()
  const placed = new Map<number, Placed>()
  const placedAt = (id: number): Placed => {
    const spec = specs.get(id)
    if (spec) {
      specs.delete(id)
      placed.set(id, madeOf(spec))
    }
    return placed.get(id)!
  }
  const answerTo = (id: number, question: Question): Answer => {
    try {
      return { reply: answer(placedAt(id), question) }
    } catch (error) {
      return { error: textOf(error) }
    }
  }
  end.hear((order: Order) => {
    if (order.type === 'place') specs.set(order.id, order.spec)
    else if (order.type === 'ask') end.post(answerTo(order.id, order.question))
    else {
      specs.delete(order.id)
      placed.delete(order.id)
    }
  })
}
