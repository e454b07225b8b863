// One run for everything: unit tests in Node and browser tests through playwright-core. test/run.mjs calls it.
//
// What sounds in real time (a microphone, a running AudioContext) comes after all else and alone: a busy machine would
// make it stutter, and the test would measure its neighbours.

import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const live = ['test/page.test.ts', 'test/**/*.live.test.ts']

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  test: {
    // Each file in a process of its own: what is built is loaded as Node loads it, not as vite would rewrite it.
    pool: 'forks',
    server: { deps: { external: [/\/dist\//] } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
    expect: { poll: { timeout: 15_000 } }, // a busy machine does what it is asked to, later
    projects: [
      { extends: true, test: { name: 'tests', include: ['test/**/*.test.{ts,tsx}'], exclude: live, maxWorkers: Math.max(2, availableParallelism() - 1), sequence: { groupOrder: 0 } } },
      { extends: true, test: { name: 'live', include: live, isolate: false, maxWorkers: 1, testTimeout: 180_000, sequence: { groupOrder: 1 } } },
    ],
  },
})
