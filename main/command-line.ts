// The command line without a process: words in, text out, an exit code. `cli.ts` gives it a process, tests call it.
//
// Codes: 0 done · 2 something is wrong with what was asked or given · 130 stopped by the person · 1 a fault of ours.

import { readFile } from 'node:fs/promises'
import { helpText, readArguments } from './arguments.ts'
import { commands } from './commands/index.ts'
import { packageFile } from './built.ts'
import type { Writer } from './progress.ts'
import { Cancelled, UserError, systemSentence } from './user-error.ts'

export interface Streams { readonly stdout: Writer; readonly stderr: Writer; readonly signal: AbortSignal }

const names = (): string => commands.map((command) => command.name).join(', ')

const overview = (): string => [
  'Winnow pulls sound apart.', '',
  ...commands.map(({ name, summary }) => `  winnow ${name.padEnd(10)} ${summary}`), '',
  'winnow COMMAND --help explains one of them. --json prints one JSON document; messages go to stderr.',
  'Exit codes: 0 done, 2 something is wrong with what was asked or given, 130 stopped, 1 a fault of Winnow.', '',
].join('\n')

/** One line, whatever stood in a file name. */
const line = (text: string): string => text.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim() + '\n'

async function answer(words: readonly string[], { stdout, stderr, signal }: Streams): Promise<number> {
  const [first, ...rest] = words
  if (first === '--help' || first === '-h') { stdout.write(overview()); return 0 }
  if (first === '--version') {
    stdout.write((JSON.parse(await readFile(packageFile, 'utf8')) as { version: string }).version + '\n')
    return 0
  }
  const command = commands.find(({ name }) => name === first)
  if (!command)
    throw new UserError(`expected a command (${names()}), got ${first === undefined ? 'none' : `"${first}"`}; winnow --help explains them`)
  const args = readArguments(command, rest)
  if (args.has('help')) { stdout.write(helpText(command, command.usage, command.about)); return 0 }
  const { json, text, failures = [] } = await command.run(args, { stderr, signal })
  for (const failure of failures) stderr.write(line(`winnow: ${failure}`))
  stdout.write(args.has('json') ? JSON.stringify(json) + '\n' : text)
  return failures.length > 0 ? 2 : 0
}

export async function run(words: readonly string[], streams: Streams): Promise<number> {
  try {
    return await answer(words, streams)
  } catch (error) {
    const { stderr } = streams
    if (error instanceof Cancelled) { stderr.write('winnow: stopped\n'); return 130 }
    const sentence = error instanceof UserError ? error.message : systemSentence(error)
    if (sentence !== null) { stderr.write(line(`winnow: ${sentence}`)); return 2 }
    stderr.write(`winnow: a fault of Winnow, please report it: ${error instanceof Error ? error.stack ?? error.message : String(error)}\n`)
    return 1
  }
}
