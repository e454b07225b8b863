// Several files at once: worker threads that run this same built program, each one file after the other. A file that
// fails takes none of the others with it; a cancelled run takes all.

import { Worker, parentPort } from 'node:worker_threads'
import { cliFile } from './built.ts'
import { separateFile, type SeparationRequest, type SeparationResult } from './separation.ts'
import { Cancelled, UserError, systemSentence } from './user-error.ts'

type ToWorker = { readonly type: 'separate'; readonly request: SeparationRequest } | { readonly type: 'cancel' }
type FromWorker =
  | { readonly type: 'progress'; readonly share: number }
  | { readonly type: 'done'; readonly result: SeparationResult }
  | { readonly type: 'failed'; readonly kind: 'user' | 'cancelled' | 'fault'; readonly message: string }

export type Finished = { readonly result: SeparationResult } | { readonly error: Error }

/** The worker's side: called by cli.ts where it finds itself in a thread. */
export function serveJobs(): void {
  const port = parentPort!
  const controller = new AbortController()
  const send = (message: FromWorker): void => port.postMessage(message)
  port.on('message', (message: ToWorker) => {
    if (message.type === 'cancel') { controller.abort(); return }
    let said = 0
    const report = (share: number): void => {
      if (share - said >= 0.002) send({ type: 'progress', share: said = share })
    }
    separateFile(message.request, report, controller.signal).then(
      (result) => send({ type: 'done', result }),
      (error: unknown) => {
        const sentence = systemSentence(error)
        if (error instanceof Cancelled) send({ type: 'failed', kind: 'cancelled', message: '' })
        else if (error instanceof UserError) send({ type: 'failed', kind: 'user', message: error.message })
        else if (sentence !== null) send({ type: 'failed', kind: 'user', message: sentence })
        else send({ type: 'failed', kind: 'fault', message: error instanceof Error ? error.stack ?? error.message : String(error) })
      })
  })
}

function errorOf(message: Extract<FromWorker, { type: 'failed' }>): Error {
  return message.kind === 'user' ? new UserError(message.message) : message.kind === 'cancelled' ? new Cancelled() : new Error(message.message)
}

/** One request in one thread. */
const inThread = (worker: Worker, request: SeparationRequest, report: (share: number) => void): Promise<Finished> => new Promise((resolve) => {
  const finish = (finished: Finished): void => {
    worker.off('message', hear).off('error', fail).off('exit', gone)
    resolve(finished)
  }
  const fail = (error: Error): void => finish({ error })
  const gone = (code: number): void => finish({ error: new Error(`a worker thread ended with ${code}`) })
  const hear = (message: FromWorker): void => {
    if (message.type === 'progress') report(message.share)
    else finish(message.type === 'done' ? { result: message.result } : { error: errorOf(message) })
  }
  worker.on('message', hear).on('error', fail).on('exit', gone)
  worker.postMessage({ type: 'separate', request } satisfies ToWorker)
})

const hereAndNow = async (request: SeparationRequest, report: (share: number) => void, signal: AbortSignal): Promise<Finished> => {
  try {
    return { result: await separateFile(request, report, signal) }
  } catch (error) {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }
}

/** All requests, at most `jobs` at a time; what came of each, in their order. */
export async function separateFiles(requests: readonly SeparationRequest[], jobs: number, report: (share: number) => void,
  signal: AbortSignal): Promise<Finished[]> {
  const shares = requests.map(() => 0)
  const reportOf = (index: number) => (share: number): void => {
    shares[index] = share
    report(shares.reduce((sum, x) => sum + x, 0) / requests.length)
  }
  const finished: Finished[] = []
  let next = 0
  const threads = Math.min(jobs, requests.length)
  await Promise.all(Array.from({ length: threads }, async () => {
    let worker: Worker | null = null
    const cancel = (): void => worker?.postMessage({ type: 'cancel' } satisfies ToWorker)
    signal.addEventListener('abort', cancel)
    try {
      while (next < requests.length) {
        const index = next++
        if (signal.aborted) { finished[index] = { error: new Cancelled() }; continue }
        if (threads === 1) finished[index] = await hereAndNow(requests[index]!, reportOf(index), signal)
        else {
          worker ??= new Worker(cliFile)
          const done = await inThread(worker, requests[index]!, reportOf(index))
          finished[index] = done
          // A thread that broke is not used again.
          if ('error' in done && !(done.error instanceof UserError || done.error instanceof Cancelled)) { await worker.terminate(); worker = null }
        }
        reportOf(index)(1)
      }
    } finally {
      signal.removeEventListener('abort', cancel)
      await worker?.terminate()
    }
  }))
  return finished
}
