// `winnow separate` on ten minutes of stereo, as a person runs it: how many times faster than real time, and its memory.

import { spawn } from 'node:child_process'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { band, waveFile } from '../band.ts'

export interface StreamFigures { readonly seconds: number; readonly preset: string; readonly realTimeFactor: number; readonly peakMegabytes: number; readonly nullDb: number }

const BLOCK_SECONDS = 10
const BLOCKS = 60
const HEADER = 44
const PRESET = 'band'

/** Ten minutes, made of one ten-second piece over and over: only its length matters here. */
async function longFile(path: string): Promise<void> {
  const bytes = waveFile(band(BLOCK_SECONDS))
  const samples = bytes.subarray(HEADER)
  const header = Buffer.from(bytes.subarray(0, HEADER))
  header.writeUInt32LE(HEADER - 8 + BLOCKS * samples.length, 4)
  header.writeUInt32LE(BLOCKS * samples.length, 40)
  const file = await open(path, 'w')
  await file.write(header)
  for (let i = 0; i < BLOCKS; i++) await file.write(samples)
  await file.close()
}

const reportMemory = 'data:text/javascript,' + encodeURIComponent(`process.on('exit', () => process.stderr.write('peak ' + process.resourceUsage().maxRSS + '\\n'))`)

export async function stream(say: (line: string) => void): Promise<StreamFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'winnow-stream-'))
  try {
    await longFile(join(folder, 'long.wav'))
    const started = performance.now()
    const { out, err } = await new Promise<{ out: string; err: string }>((done, fail) => {
      const child = spawn(process.execPath, ['--import', reportMemory, resolve('dist/cli.js'), 'separate', join(folder, 'long.wav'), '--out', join(folder, 'out'), '--preset', PRESET, '--json'])
      let [out, err] = ['', '']
      child.stdout.on('data', (chunk) => (out += chunk))
      child.stderr.on('data', (chunk) => (err += chunk))
      child.on('close', (code) => (code === 0 ? done({ out, err }) : fail(new Error(`winnow separate ended with ${code}: ${err}`))))
    })
    const seconds = BLOCK_SECONDS * BLOCKS
    const figures = {
      seconds, preset: PRESET, realTimeFactor: seconds / ((performance.now() - started) / 1000),
      peakMegabytes: Number(/peak (\d+)/.exec(err)![1]) / 1024, nullDb: (JSON.parse(out) as { nullDb: number }).nullDb,
    }
    say(`winnow separate, ${seconds / 60} minutes of stereo with ${PRESET}: ${figures.realTimeFactor.toFixed(1)} times real time from start to end, peak memory ${figures.peakMegabytes.toFixed(0)} MB, null ${figures.nullDb.toFixed(0)} dB`)
    return figures
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
