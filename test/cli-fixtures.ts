// What the tests of the command line share: a folder of their own, a small preset, and a run in this process.

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { run } from '../main/command-line.ts'
import { writePreset, type Preset } from '../presets/preset.ts'

/** A folder that goes when the test file is done. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'winnow-cli-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Two sources of two atoms each: "low" has its energy below 1 kHz, "high" above. */
export function smallPreset(changes: Partial<Preset> = {}): Preset {
  const fftSize = 1024
  const bins = fftSize / 2 + 1
  const spectra = new Float32Array(4 * bins)
  for (let atom = 0; atom < 4; atom++) {
    const row = spectra.subarray(atom * bins, (atom + 1) * bins)
    for (let bin = 0; bin < bins; bin++) row[bin] = 1e-4 + Math.exp(-(((bin - [5, 12, 40, 90][atom]!) / (atom < 2 ? 4 : 30)) ** 2))
    const sum = row.reduce((total, x) => total + x, 0)
    for (let bin = 0; bin < bins; bin++) row[bin]! /= sum
  }
  return {
    dictionary: {
      sampleRate: 44100, fftSize, hopSize: 256, tailSize: 1024, spectra, divergence: { alpha: 1, beta: 0 },
      atoms: ['low', 'low', 'high', 'high'].map((source) => ({ source, pitch: null })),
    },
    settings: {}, selection: null, head: null, tensors: new Map(),
    learned: { method: 'by hand', files: [], licences: [], command: 'none', seed: 1 },
    ...changes,
  }
}

export function writeSmallPreset(folder: string, changes: Partial<Preset> = {}, name = 'small.preset'): string {
  const path = join(folder, name)
  writeFileSync(path, writePreset(smallPreset(changes)))
  return path
}

export interface Ran { readonly code: number; readonly out: string; readonly err: string }

/** The command line in this process; not a terminal unless asked. */
export async function winnow(words: readonly string[], { isTTY = false, signal = new AbortController().signal } = {}): Promise<Ran> {
  let out = ''
  let err = ''
  const code = await run(words, {
    stdout: { write: (text) => { out += text } },
    stderr: { write: (text) => { err += text }, isTTY, columns: 120 },
    signal,
  })
  return { code, out, err }
}

/** Everything in a folder and below, sorted: what a failed run must not change. */
export const filesIn = (folder: string): string[] => (readdirSync(folder, { recursive: true }) as string[]).sort()
