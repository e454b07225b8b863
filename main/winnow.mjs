#!/usr/bin/env node
// `npx winnow` from a checkout or a package: the built command line, built first where it is not there yet.
import { existsSync } from 'node:fs'

if (!existsSync(new URL('../dist/cli.js', import.meta.url))) {
  process.stderr.write('winnow: building once\n')
  await import('./build.mjs')
}
await import('../dist/cli.js')
