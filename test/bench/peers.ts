// What the benchmarks compare Winnow with: packages with a package file of their own, test/peers/, installed here where they are
// missing and never by `npm ci`.

import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/** The benchmarks are run from the top of the checkout. */
const folder = resolve('test/peers')

/** Where a package is. */
export function peerFolder(name: string): string {
  const path = `${folder}/node_modules/${name}`
  if (existsSync(path + '/package.json')) return path
  process.stderr.write(`${name} is missing: installing what is compared with, into test/peers\n`)
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'ignore', shell: process.platform === 'win32' })
  if (!existsSync(path + '/package.json')) throw new Error(`test/peers/package.json: expected ${name} among its packages, got none`)
  return path
}

/** An ES module of a package, by its file. The address is not known when the benchmark is built, so nothing of it is bundled. */
export const peer = <Module>(name: string, file: string): Promise<Module> =>
  import(/* @vite-ignore */ pathToFileURL(`${peerFolder(name)}/${file}`).href) as Promise<Module>

/** A CommonJS module. */
export const commonPeer = <Module>(name: string): Module => createRequire(peerFolder(name) + '/package.json')(name) as Module
