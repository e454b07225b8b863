// Threads for a fit, as many as a page may take beside what sounds.

import { alone, crewOf } from '../presets/learn/crew.ts'
import type { Crew } from '../presets/learn/crew.ts'

/** One core is left to the sound, and more than three help little. */
export const spareThreads = (): number => Math.max(0, Math.min(3, (navigator.hardwareConcurrency || 1) - 1))

/** `end` lets go of them. Without any, the thread that asks does the work. */
export function threadCrew(threads: number): { readonly crew: Crew; end(): void } {
  const workers = Array.from({ length: threads }, () => new Worker(new URL('./learning/crew.ts', import.meta.url), { type: 'module' }))
  const crew = threads === 0 ? alone : crewOf(workers.map((worker) => ({
    post: (message) => worker.postMessage(message),
    hear: (listener) => { worker.onmessage = ({ data }) => listener(data as never) },
    fail: (listener) => { worker.onerror = (event) => listener(event.message || 'it did not start') },
  })))
  return { crew, end: () => { for (const worker of workers) worker.terminate() } }
}
