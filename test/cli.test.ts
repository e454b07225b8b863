// The built program in a process of its own: exit codes, signals, pipes, threads, memory. What it computes is tested
// in separation.test.ts, without a process.

import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { cliFile } from '../main/built.ts'
import { filesIn, scratch, writeSmallPreset } from './cli-fixtures.ts'
import { random as seeded } from './signals.ts'
import { aiff, bytesOf, chunk, flac, mp3, sound, u32, wav, wavFormat } from './sound-files.ts'
import { vorbis } from './vorbis-bytes.ts'

const folder = scratch()
const preset = writeSmallPreset(folder)
const write = (name: string, bytes: Uint8Array): string => {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}
const original = sound(2, 30_000)
const input = write('a.wav', wav(original))

interface Ended { readonly code: number | null; readonly out: string; readonly err: string }
function run(words: readonly string[], before: readonly string[] = []): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...before, cliFile, ...words], { encoding: 'utf8' })
  return { code: status, out: stdout, err: stderr }
}

/** Minutes of silence that take no room on the disk: sparse, 32-bit float, stereo. */
function silence(name: string, seconds: number): string {
  const path = join(folder, name)
  const bytes = seconds * 44100 * 8
  const head = bytesOf('RIFF', u32(bytes + 36), 'WAVE', chunk('fmt ', wavFormat(2, 44100, { kind: 'float', bits: 32 })), 'data', u32(bytes))
  const file = openSync(path, 'w')
  writeSync(file, head)
  ftruncateSync(file, head.length + bytes)
  closeSync(file)
  return path
}

test('from the built file: results on stdout, nothing on stderr in a pipe, 0; one line and 2; from any folder', () => {
  const out = join(folder, 'built')
  const { code, out: text, err } = run(['separate', input, '--out', out, '--preset', preset, '--json'])
  expect([code, err]).toEqual([0, ''])
  expect(JSON.parse(text)).toMatchObject({ sources: ['low', 'high', 'rest'] })
  expect(filesIn(out)).toEqual(['high.wav', 'low.wav', 'rest.wav'])
  const { status, stderr } = spawnSync(process.execPath, [cliFile, 'score', 'a.wav', 'b.wav'], { cwd: folder, encoding: 'utf8' })
  expect([status, stderr]).toEqual([2, 'winnow: b.wav: there is no such file or folder (ENOENT)\n'])
  expect(run(['presets', '--json'], []).code).toBe(0)
})

test('several files in threads are the files of one after the other, every decoder included', () => {
  const inputs = [input, write('b.aiff', aiff(sound(1, 20_000))), write('c.flac', flac(sound(2, 20_000, 44100, 3))), write('d.mp3', mp3(20)), write('e.ogg', vorbis(2, 100))]
  const folders = ['1', '3'].map((jobs) => {
    const out = join(folder, 'jobs' + jobs)
    const { code, err, out: text } = run(['separate', ...inputs, '--out', out, '--preset', preset, '--jobs', jobs, '--json'])
    expect([code, err]).toEqual([0, ''])
    expect((JSON.parse(text) as { files: { input: string }[] }).files.map((file) => file.input)).toEqual(inputs)
    return out
  })
  const files = filesIn(folders[0]!)
  expect(files.filter((file) => file.endsWith('.wav')).length).toBe(15)
  expect(filesIn(folders[1]!)).toEqual(files)
  for (const file of files.filter((name) => name.endsWith('.wav'))) expect(readFileSync(join(folders[0]!, file)).equals(readFileSync(join(folders[1]!, file)))).toBe(true)
})

test('a thread that meets a bad file goes on with the next; every failure has its line', () => {
  const out = join(folder, 'mixed')
  const { code, err, out: text } = run(['separate', write('x.wav', bytesOf('text')), input, write('y.wav', wav([Float32Array.of(NaN)])), input, '--out', out, '--preset', preset, '--jobs', '2'])
  expect(code).toBe(2)
  expect(err.trimEnd().split('\n').map((line) => /^winnow: \S+([xy])\.wav: expected/.exec(line)?.[1])).toEqual(['x', 'y'])
  expect(text.trimEnd().split('\n').length).toBe(6)
  expect(filesIn(out).filter((file) => file.includes('.winnow'))).toEqual([])
})

for (const [signal, jobs] of [['SIGINT', '1'], ['SIGTERM', '1'], ['SIGINT', '2']] as const)
  test(`${signal} with ${jobs} ${jobs === '1' ? 'job' : 'jobs'}: 130, nothing left behind, what was there untouched`, async () => {
    const out = join(folder, signal + jobs)
    const long = write('long.wav', wav(sound(2, 500_000)))
    mkdirSync(out)
    writeFileSync(join(out, 'low.wav'), 'as it was')
    const inputs = jobs === '1' ? [long] : [long, long, long]
    const child = spawn(process.execPath, [cliFile, 'separate', ...inputs, '--out', out, '--preset', preset, '--jobs', jobs, '--passes', '20'], { stdio: ['ignore', 'pipe', 'pipe'] })
    let err = ''
    child.stderr.on('data', (data) => { err += String(data) })
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
    while (!filesIn(out).some((file) => file.includes('.winnow'))) await new Promise((resolve) => setTimeout(resolve, 5))
    child.kill(signal)
    expect(await ended).toBe(130)
    expect(err).toBe('winnow: stopped\n')
    expect(filesIn(out)).toEqual(['low.wav'])
    expect(readFileSync(join(out, 'low.wav'), 'utf8')).toBe('as it was')
  })

test('memory does not grow with the length: 300 MB are enough for any', () => {
  const peak = (seconds: number): number => {
    const report = 'data:text/javascript,' + encodeURIComponent('process.on("exit", () => process.stderr.write(String(process.resourceUsage().maxRSS)))')
    const { code, err } = run(['denoise', silence('silence.wav', seconds), join(folder, 'quiet.wav'), '--preset', preset, '--bits', '16'], ['--import', report])
    expect(code).toBe(0)
    return Number(err) / 1024
  }
  const [short, long] = [peak(10), peak(300)]
  expect(long).toBeLessThan(300)
  expect(long - short!).toBeLessThan(40)
})

test('a reader that closes the pipe early is no fault', async () => {
  const child = spawn(process.execPath, [cliFile, 'separate', '--help'], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  let err = ''
  child.stderr.on('data', (data) => { err += String(data) })
  expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0)
  expect(err).toBe('')
})

const noFull = !existsSync('/dev/full')
test.skipIf(noFull)('results that cannot be written are told' + (noFull ? ' [skipped: no /dev/full]' : ''), () => {
  const full = openSync('/dev/full', 'w')
  const { status, stderr } = spawnSync(process.execPath, [cliFile, '--help'], { encoding: 'utf8', stdio: ['ignore', full, 'pipe'] })
  closeSync(full)
  expect([status, stderr]).toEqual([2, 'winnow: stdout: the disk is full (ENOSPC)\n'])
})

function smallDisk(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return null
  const path = join(folder, 'disk')
  mkdirSync(path)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', path], { stdio: 'ignore' })
    return path
  } catch {
    return null
  }
}
const disk = smallDisk()
// Also where the test itself is filtered out.
afterAll(() => { if (disk !== null) execFileSync('umount', [disk]) })
test.skipIf(disk === null)('a full disk, and one that is read-only: 2, one sentence, nothing left and nothing harmed' + (disk === null ? ' [skipped: mounting a small disk needs root]' : ''), () => {
  writeFileSync(join(disk!, 'kept.wav'), 'as it was')
  for (const words of [['separate', input, '--out', join(disk!, 'new')], ['denoise', silence('s.wav', 60), join(disk!, 'kept.wav')]]) {
    const { code, out, err } = run([...words, '--preset', preset])
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(/^winnow: \S+\.wav: the disk is full \(ENOSPC\)\n$/)
    expect(filesIn(disk!)).toEqual(['kept.wav'])
    expect(readFileSync(join(disk!, 'kept.wav'), 'utf8')).toBe('as it was')
  }
  execFileSync('mount', ['-o', 'remount,ro', disk!], { stdio: 'ignore' })
  const { code, err } = run(['denoise', input, join(disk!, 'kept.wav'), '--preset', preset])
  expect([code, err]).toEqual([2, `winnow: ${join(disk!, 'kept.wav')}: the file system is read-only (EROFS)\n`])
})

test('a hundred broken files in one run: each has its line, none is a fault, none leaves anything', () => {
  const random = seeded(11)
  const good = wav(sound(2, 300), 44100, { kind: 'integer', bits: 16 })
  const inputs = Array.from({ length: 100 }, (_, i) => {
    const bytes = good.slice()
    for (let n = 0; n < 3; n++) bytes[Math.floor(random() * 44)] = Math.floor(random() * 256)
    return write(`broken${i}.wav`, bytes)
  })
  const out = join(folder, 'broken')
  const { code, err, out: text } = run(['separate', ...inputs, '--out', out, '--preset', preset, '--jobs', '2'])
  expect(code).toBe(2)
  const lines = err.trimEnd().split('\n')
  expect(lines.every((line) => /^winnow: \S+broken\d+\.wav: /.test(line))).toBe(true)
  expect(lines.length + text.trimEnd().split('\n').length / 3).toBe(100)
  expect(existsSync(out) ? filesIn(out).filter((file) => file.includes('.winnow')) : []).toEqual([])
})
