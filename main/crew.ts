// The cores of this machine for one fit: threads of this same built program that keep shards of the frames and answer
// questions about them. How many there are changes nothing but the time.

import { Worker, parentPort } from 'node:worker_threads'
import { alone, crewOf, serve, type Crew } from '../presets/learn/crew.ts'
import { cliFile } from './built.ts'

/** What a thread of the program is told that it is for. */
export const CREW = 'crew'

export interface Threads {
  readonly crew: Crew
  end(): Promise<void>
}

/** One thread is this one. */
export function threads(count: number): Threads {
  if (count === 1) return { crew: alone, async end() {} }
  const workers = Array.from({ length: count }, () => new Worker(cliFile, { workerData: CREW }))
  return {
    crew: crewOf(workers.map((worker) => ({
      post: (message) => worker.postMessage(message),
      hear: (listener) => worker.on('message', (message: unknown) => listener(message as never)),
      fail: (listener) => worker.on('error', listener).on('exit', (code) => { if (code !== 0) listener(`a thread ended with ${code}`) }),
    }))),
    async end() { await Promise.all(workers.map((worker) => worker.terminate())) },
  }
}

/** The thread's side: called by cli.ts where it finds itself in a thread for this. */
export function serveCrew(): void {
  const port = parentPort!
  serve({ post: (message) => port.postMessage(message), hear: (listener) => port.on('message', (message: unknown) => listener(message as never)) })
}
