// What a command is. A new one is a file beside this one and one line in the table of index.ts.

import type { Arguments, Shape } from '../arguments.ts'
import type { Writer } from '../progress.ts'

export interface Terminal {
  readonly stderr: Writer
  /** Aborted when the person stops the program. */
  readonly signal: AbortSignal
}

export interface Outcome {
  /** What --json prints. */
  readonly json: unknown
  /** What is printed without it. */
  readonly text: string
  /** Sentences about what could not be done although the rest was: the run then ends with 2. */
  readonly failures?: readonly string[]
}

export interface Command extends Shape {
  /** The line that shows how to type it. */
  readonly usage: string
  /** One line for the list of commands. */
  readonly summary: string
  /** A paragraph for --help. */
  readonly about: string
  run(args: Arguments, terminal: Terminal): Promise<Outcome>
}
