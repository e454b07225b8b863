// `npm start`: the app in Electron where that runs, else the same app at an address of this machine and in the
// system's browser. Says which, and why; Ctrl-C ends it.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { findElectron, noDisplay } from './electron.ts'
import { serve } from './serve.ts'
import type { Served } from './serve.ts'
import { UserError } from './user-error.ts'

const help = `npm start -- [options]

  --browser     serve the page for a browser, without trying Electron
  --port N      serve it at this port (1 to 65535) and no other
  --no-open     only print the address
`

/** Where a browser finds the app while nothing else is there: what it remembers for an address, such as the microphone, stays. */
const USUAL_PORT = 9466

interface Wishes { readonly browser: boolean; readonly open: boolean; readonly port: number | null; readonly help: boolean }

function readWishes(args: readonly string[]): Wishes {
  const { values } = parseArgs({
    args: [...args], strict: true, allowPositionals: false,
    options: { 'browser': { type: 'boolean' }, 'no-open': { type: 'boolean' }, 'port': { type: 'string' }, 'help': { type: 'boolean', short: 'h' } },
  })
  const port = values.port === undefined ? null : /^\d{1,5}$/.test(values.port) ? Number(values.port) : NaN
  if (port !== null && !(port >= 1 && port <= 65535)) throw new UserError(`--port: expected a number from 1 to 65535, got "${values.port}"`)
  return { browser: values.browser === true || port !== null, open: values['no-open'] !== true, port, help: values.help === true }
}

const stop = new AbortController()
const say = (sentence: string): void => void process.stdout.write(sentence + '\n')

/** Null when the app ran in Electron and was closed; else why it did not. */
async function runElectron(): Promise<string | null> {
  const hidden = noDisplay()
  if (hidden !== null) return hidden
  const found = await findElectron({ from: import.meta.url, signal: stop.signal, say })
  if (stop.signal.aborted) return null
  if ('missing' in found) return found.missing
  const started = Date.now()
  const child = spawn(found.path, [fileURLToPath(new URL('..', import.meta.url))], { stdio: 'inherit' })
  stop.signal.addEventListener('abort', () => child.kill())
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(`its program does not start (${error.message})`))
    child.on('exit', (code, signal) => {
      if (code === 0 || stop.signal.aborted) return resolve(null)
      const how = signal ?? `exit code ${code}`
      if (Date.now() - started < 10_000)
        return resolve(`its program ended at once (${how})${process.getuid?.() === 0 ? '; its sandbox does not run as root' : ''}`)
      process.stderr.write(`winnow: Electron ended (${how})\n`) // a person was using it: no second window appears by itself
      process.exitCode = 1
      resolve(null)
    })
  })
}

async function serveAnywhere(port: number | null): Promise<Served> {
  const folder = fileURLToPath(new URL('./app', import.meta.url))
  if (!existsSync(folder)) throw new UserError(`expected the built app at ${folder}: run \`npm run build\``)
  if (port !== null) return serve(folder, { port })
  return serve(folder, { port: USUAL_PORT }).catch(() => serve(folder))
}

const openers: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = { darwin: ['open'], win32: ['cmd', '/c', 'start', '""'] }

/** Null when a browser was asked, else why none was. */
async function openBrowser(url: string): Promise<string | null> {
  const hidden = noDisplay()
  if (hidden !== null) return hidden
  const [command, ...args] = openers[process.platform] ?? ['xdg-open']
  const child = spawn(command, [...args, url], { detached: true, stdio: 'ignore', windowsVerbatimArguments: true })
  try {
    await once(child, 'spawn')
  } catch {
    return `${command} is not installed`
  }
  child.unref()
  return null
}

async function start(args: readonly string[]): Promise<void> {
  const wishes = readWishes(args)
  if (wishes.help) return say(help.trimEnd())
  const why = wishes.browser ? undefined : await runElectron()
  if (why === null) return

  const served = await serveAnywhere(wishes.port)
  say(`Winnow is at ${served.url} (Ctrl-C ends it)`)
  say(why === undefined ? 'In a browser, as asked.' : `In a browser and not in a window of its own: Electron was not used, because ${why}.`)
  if (wishes.open) {
    const unopened = await openBrowser(served.url)
    if (unopened !== null) say(`No browser was opened, because ${unopened}: open the address yourself.`)
  }
  if (!stop.signal.aborted) await once(stop.signal, 'abort')
  await served.close()
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort())

start(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`winnow: ${error instanceof Error ? error.message : String(error)}\n`)
  const asked = error instanceof UserError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS')
  process.exitCode = asked ? 2 : 1
})
