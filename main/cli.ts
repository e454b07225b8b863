// `winnow`: the command line in a process of its own, and in each of its worker threads.

import { isMainThread, workerData } from 'node:worker_threads'
import { run } from './command-line.ts'
import { CREW, serveCrew } from './crew.ts'
import { serveJobs } from './pool.ts'
import { systemSentence } from './user-error.ts'

async function main(): Promise<void> {
  const controller = new AbortController()
  // Once is enough: work stops at its next block, and an exit in between would leave the parts of other threads behind.
  const stop = (): void => controller.abort()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
  // A reader that has had enough (`winnow presets | head -1`) is no fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    process.stderr.write(`winnow: stdout: ${systemSentence(error) ?? error.message}\n`)
    process.exit(2)
  })
  process.stderr.on('error', () => {})
  process.exitCode = await run(process.argv.slice(2), { stdout: process.stdout, stderr: process.stderr, signal: controller.signal })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, stop)
}

if (isMainThread) await main()
else if (workerData === CREW) serveCrew()
else serveJobs()
