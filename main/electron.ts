// Where Electron's program is, and getting it once where that can work. Its npm package brings no binary and fetches
// one when first run; that fetch needs a newer Node than the rest of the app, and a network.

import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The path of the program, or one sentence saying why there is none. */
export type Found = { readonly path: string } | { readonly missing: string }

const NEEDED = [22, 12] as const

export function newEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])
}

/** The folder of the `electron` package, or null. Its main file is not loaded: that would start the fetch. */
export function electronPackage(from: string | URL): string | null {
  try {
    return dirname(createRequire(from).resolve('electron/package.json'))
  } catch {
    return null
  }
}

/** The program that a package folder names, if it is really there. */
export function electronProgram(folder: string): string | null {
  const named = join(folder, 'path.txt')
  if (!existsSync(named)) return null
  const path = join(process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(folder, 'dist'), readFileSync(named, 'utf8').trim())
  return existsSync(path) ? path : null
}

/** Runs the package's own download; resolves to null when it worked, else to why not. */
function fetchElectron(folder: string, seconds: number, signal: AbortSignal): Promise<string | null> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(folder, 'install.js')], { stdio: ['ignore', 'ignore', 'pipe'], signal })
    let complaint = ''
    const late = setTimeout(() => {
      child.kill()
      resolve(`its program was not fetched within ${seconds} seconds (\`npx install-electron\` takes as long as it needs)`)
    }, seconds * 1000)
    child.stderr.setEncoding('utf8').on('data', (part: string) => (complaint = (complaint + part).slice(0, 2000)))
    child.on('error', (error) => { clearTimeout(late); resolve(`its program could not be fetched (${error.message})`) })
    child.on('exit', (code) => {
      clearTimeout(late)
      // The first line of a stack names the error; the rest is of no use to a person.
      resolve(code === 0 ? null : `its program could not be fetched (${complaint.split('\n').find((line) => line.trim() !== '')?.trim() || `exit code ${code}`})`)
    })
  })
}

export interface FindOptions {
  readonly from: string | URL
  /** Stops a fetch that is under way. */
  readonly signal: AbortSignal
  readonly say: (sentence: string) => void
  readonly seconds?: number
  readonly nodeVersion?: string
}

export async function findElectron({ from, signal, say, seconds = 180, nodeVersion = process.versions.node }: FindOptions): Promise<Found> {
  const folder = electronPackage(from)
  if (folder === null) return { missing: 'its package is not installed' }
  const there = electronProgram(folder)
  if (there !== null) return { path: there }
  if (!newEnough(nodeVersion)) return { missing: `its program is not here, and fetching it needs Node ${NEEDED.join('.')} (this is ${nodeVersion})` }
  say(`Electron: fetching its program, about 110 MB, once (at most ${seconds / 60} minutes; \`npm start -- --browser\` goes without)`)
  const failure = await fetchElectron(folder, seconds, signal)
  if (failure !== null) return { missing: failure }
  const path = electronProgram(folder)
  return path === null ? { missing: 'its program was fetched but is not where its package says' } : { path }
}

/** Why a window cannot be shown here, or null. */
export function noDisplay(platform = process.platform, env: NodeJS.ProcessEnv = process.env): string | null {
  const needed = platform !== 'win32' && platform !== 'darwin'
  return needed && !env['DISPLAY'] && !env['WAYLAND_DISPLAY'] ? 'there is no display' : null
}
