// `npm test`: finds a browser, or gets one where it may; builds; checks the types; runs every test once. Says what
// it skipped and why, and ends with one line: how many passed, failed and were skipped.
//
// Words after `npm test --` go to vitest: `npm test -- assets` runs the files with that in their name.

import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const root = fileURLToPath(new URL('..', import.meta.url))
const say = (text) => process.stdout.write(text + '\n')

/** The exit code of a program that writes to our output; a signal counts as failure. */
const run = (command, args, options = {}) => new Promise((resolve) => {
  spawn(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], ...options })
    .on('error', (error) => { say(`${command}: ${error.message}`); resolve(1) })
    .on('exit', (code) => resolve(code ?? 1))
})
const node = (script, ...args) => run(process.execPath, [join(root, script), ...args])

/** TypeScript of ours, before anything is built and whatever Node thinks of types. */
const load = async (file) => (await runnerImport(join(root, file), { configFile: false, logLevel: 'error' })).module

async function getChromium() {
  const { chromiumPath } = await load('test/browser.ts')
  if (!chromiumPath() && process.platform === 'linux' && process.getuid?.() === 0) {
    say('Chromium: not installed; asking apt-get for it')
    const quiet = { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
    const packages = ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-dejavu-core']
    // The lists of a bare machine are empty, those of another may be old: update only where the first try fails.
    if (await run('apt-get', packages, quiet) !== 0 && await run('apt-get', ['update'], quiet) === 0) await run('apt-get', packages, quiet)
  }
  const path = chromiumPath()
  say(path ? `Chromium: ${path}` : 'Chromium: none. Tests of the page are skipped; install Chromium, Chrome or Edge, or name one in CHROMIUM')
}

async function tests(filters) {
  const folder = await mkdtemp(join(tmpdir(), 'winnow-test-'))
  try {
    const report = join(folder, 'report.json')
    const code = await node('node_modules/vitest/vitest.mjs', 'run', '--config', join(root, 'test/vitest.config.ts'),
      '--reporter', 'default', '--reporter', 'json', '--outputFile.json', report, ...filters)
    return counts(JSON.parse(await readFile(report, 'utf8')), code, root)
  } catch (error) {
    say(`vitest left no report: ${error.message}`)
    return { passed: 0, failed: 1, skipped: 0, notes: [] }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const { closingLine, counts } = await load('test/report.ts')
await getChromium()
const built = await node('main/build.mjs') === 0
const typed = await node('node_modules/typescript/bin/tsc', '-b') === 0
const { passed, failed, skipped, notes } = built ? await tests(process.argv.slice(2)) : { passed: 0, failed: 0, skipped: 0, notes: [] }
notes.forEach(say)
if (!built) say('failed: the build, so no test was run')
if (!typed) say('failed: the types')
const failures = failed + Number(!built) + Number(!typed)
process.exitCode = failures ? 1 : 0
say(closingLine({ passed, failed: failures, skipped }))
