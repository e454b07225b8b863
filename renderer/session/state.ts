// What the page knows about the session as a file: where it lies, what its sound is, and what a person has not saved.

import { signal } from '@preact/signals'
import type { Input } from '../state.ts'
import type { Fingerprint } from './fingerprint.ts'
import type { Where } from './where.ts'

/** The sound that is open: `input` says of which it is true. */
export interface Sound { readonly input: Input; readonly print: Fingerprint; readonly where?: Where }

export const session = {
  /** The file that it was opened from or saved to; null: none yet. */
  file: signal<{ readonly name: string; readonly where?: Where } | null>(null),
  sound: signal<Sound | null>(null),
}
