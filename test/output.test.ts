// Outputs: whole or not at all, never over an input, never over what may not be written.

import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { outputs } from '../main/output.ts'
import { safeName, safeNames } from '../renderer/file-names.ts'
import { filesIn, scratch } from './cli-fixtures.ts'
import { bytesOf } from './sound-files.ts'

const folder = scratch()
let serial = 0
const fresh = (): string => {
  const path = join(folder, String(serial++))
  mkdirSync(path)
  return path
}
const text = (path: string): string => readFileSync(path, 'utf8')

describe('whole or not at all', () => {
  test('nothing is there before commit, everything after it; heads may be rewritten', async () => {
    const here = fresh()
    writeFileSync(join(here, 'old'), 'as it was')
    const files = outputs([])
    const old = await files.file(join(here, 'old'))
    const young = await files.file(join(here, 'young'))
    await old.write(bytesOf('xxxx'))
    await old.write(bytesOf('tail'))
    await young.write(bytesOf('y'))
    await old.rewrite(0, bytesOf('head'))
    expect([text(join(here, 'old')), existsSync(join(here, 'young'))]).toEqual(['as it was', false])
    await files.commit()
    await files.discard()
    expect([filesIn(here), text(join(here, 'old')), text(join(here, 'young'))]).toEqual([['old', 'young'], 'headtail', 'y'])
  })
  test('discard leaves what was there, and takes away the folders it made', async () => {
    const here = fresh()
    writeFileSync(join(here, 'old'), 'as it was')
    const files = outputs([])
    await files.folder(join(here, 'a/b/c'))
    await (await files.file(join(here, 'a/b/c/new'))).write(bytesOf('x'))
    await (await files.file(join(here, 'old'))).write(bytesOf('x'))
    await files.discard()
    expect([filesIn(here), text(join(here, 'old'))]).toEqual([['old'], 'as it was'])
  })
  test('a folder in which someone else has put something stays', async () => {
    const here = fresh()
    const files = outputs([])
    await files.folder(join(here, 'a/b'))
    writeFileSync(join(here, 'a/theirs'), '')
    await files.discard()
    expect(filesIn(here)).toEqual(['a', 'a/theirs'])
  })
  test('through a symbolic link the file behind it is replaced, and the link stays', async () => {
    const here = fresh()
    writeFileSync(join(here, 'real'), 'old')
    symlinkSync('real', join(here, 'link'))
    const files = outputs([])
    await (await files.file(join(here, 'link'))).write(bytesOf('new'))
    await files.commit()
    expect([filesIn(here), text(join(here, 'real'))]).toEqual([['link', 'real'], 'new'])
  })
})

describe('refused', () => {
  const here = fresh()
  const input = join(here, 'in')
  writeFileSync(input, 'input')
  mkdirSync(join(here, 'folder'))
  symlinkSync('in', join(here, 'soft'))
  linkSync(input, join(here, 'hard'))
  symlinkSync('nowhere', join(here, 'dangling'))
  symlinkSync('folder', join(here, 'way'))
  const cases: Record<string, readonly [string, RegExp]> = {
    'the input itself': ['in', /expected an output other than the input .*in, got the same file/],
    'the input by another spelling': ['folder/../in', /got the same file/],
    'the input through a symbolic link': ['soft', /got the same file/],
    'the input as a hard link': ['hard', /got the same file/],
    'the input through a linked folder': ['way/../in', /got the same file/],
    'a folder': ['folder', /expected a file to write, got a folder/],
    'a link that leads nowhere': ['dangling', /got a symbolic link that leads nowhere/],
    'a place in a folder that is not there': ['none/out', /no such file or folder \(ENOENT\)/],
    'a place in a file': ['in/out', /\(ENOTDIR\)/],
    'a name that is too long': ['x'.repeat(300), /\(ENAMETOOLONG\)/],
    'a name with a zero byte': ['a\0b', /zero bytes/],
  }
  for (const [what, [name, sentence]] of Object.entries(cases))
    test(what, async () => {
      const before = filesIn(here)
      const files = outputs([input])
      await expect(files.file(`${here}/${name}`)).rejects.toMatchObject({ name: 'UserError', message: expect.stringMatching(sentence) as string })
      await files.discard()
      expect([filesIn(here), text(input)]).toEqual([before, 'input'])
    })
  test('a device', async () => { await expect(outputs([]).file('/dev/null')).rejects.toThrow(/got a device or pipe/) })
  test('the same output twice, also by another spelling', async () => {
    const files = outputs([])
    await files.file(join(here, 'twice'))
    await expect(files.file(join(here, 'folder/../twice'))).rejects.toThrow(/expected every output in a file of its own/)
    await files.discard()
  })
  test('a file that is read-only', async () => {
    const path = join(here, 'readonly')
    writeFileSync(path, 'x')
    chmodSync(path, 0o444)
    await expect(outputs([]).file(path)).rejects.toThrow(/permission denied/)
  })
  const noOwners = process.getuid === undefined
  test.skipIf(noOwners)('a folder without permission' + (noOwners ? ' [skipped: no users to be without permission]' : ''), async () => {
    const closed = join(here, 'closed')
    mkdirSync(closed)
    const before = filesIn(here)
    chmodSync(closed, 0o555)
    // Root may write everywhere: for a moment it is nobody.
    const isRoot = process.getuid!() === 0
    for (let path = closed; isRoot && path !== tmpdir() && path !== '/'; path = dirname(path)) chmodSync(path, 0o755)
    if (isRoot) process.seteuid!(65_534)
    try {
      const files = outputs([])
      await expect(files.file(join(closed, 'out'))).rejects.toMatchObject({ name: 'UserError', message: `${join(closed, 'out')}: permission denied (EACCES)` })
      await expect(files.folder(join(closed, 'sub'))).rejects.toThrow(/sub: permission denied \(EACCES\)$/)
      await files.discard()
    } finally {
      if (isRoot) process.seteuid!(0)
    }
    expect(filesIn(here)).toEqual(before)
  })
})

/** A disk of 256 kB, where the machine lets us mount one. */
function smallDisk(): string | null {
  const path = fresh()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', path], { stdio: 'ignore' })
    return path
  } catch {
    return null
  }
}
const disk = process.platform === 'linux' && process.getuid?.() === 0 ? smallDisk() : null
// Also where the test itself is filtered out.
afterAll(() => { if (disk !== null) execFileSync('umount', [disk]) })
test.skipIf(disk === null)('a full disk: one sentence, and what was there is untouched' + (disk === null ? ' [skipped: mounting a small disk needs root]' : ''), async () => {
  writeFileSync(join(disk!, 'out'), 'as it was')
  const files = outputs([])
  await files.folder(join(disk!, 'sub'))
  const other = await files.file(join(disk!, 'sub/other'))
  const out = await files.file(join(disk!, 'out'))
  await other.write(new Uint8Array(1000))
  await expect(out.write(new Uint8Array(1 << 20))).rejects.toThrow(/^\S+out: the disk is full \(ENOSPC\)$/)
  await files.discard()
  expect([filesIn(disk!), text(join(disk!, 'out')), statSync(disk!).isDirectory()]).toEqual([['out'], 'as it was', true])
})

describe('names of files from names of sources', () => {
  test('safe on every file system', () => {
    for (const [name, safe] of [['voice', 'voice'], ['a/b\\c:d', 'a_b_c_d'], ['..', '__'], ['.hidden', '_hidden'], ['', '_'], ['CON', 'CON_'], ['nul.txt', 'nul.txt_'], ['tail. ', 'tail__'],
      ['<>"|?*\n\0', '________'], ['Gitarre 🎸 ü', 'Gitarre 🎸 ü'], ['\ud83c', '_'], ['u\u0308', 'ü']] as const) expect(safeName(name)).toBe(safe)
    const long = safeName('🎸'.repeat(80))
    expect(Buffer.byteLength(long)).toBeLessThanOrEqual(120)
    expect(long).toBe('🎸'.repeat(30))
  })
  test('no two the same, even where capitals do not count', () => {
    expect(safeNames(['rest', 'Rest', 'REST', 'rest 2', 'a/b', 'a_b'])).toEqual(['rest', 'Rest 2', 'REST 3', 'rest 2 2', 'a_b', 'a_b 2'])
  })
})
