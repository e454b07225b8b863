// What a person chose about notes going out, and what is known of where they go.

import { signal } from '@preact/signals'
import type { Setup } from './voices.ts'

export interface PortInfo {
  readonly id: string
  /** No other port has it. */
  readonly name: string
  /** False for one that was chosen and is unplugged. */
  readonly present: boolean
  /** Why nothing reaches it, as a sentence. */
  readonly problem: string | null
}

export const midi = {
  /** Whether the ports are known: a browser asks the person first. */
  access: signal<'unasked' | 'asking' | 'ready' | 'none'>('unasked'),
  /** Why there are none, as sentences with what to do. */
  problem: signal<string | null>(null),
  ports: signal<readonly PortInfo[]>([]),
  /** Ids. */
  chosen: signal<readonly string[]>([]),
  setup: signal<Setup>({ channel: 0, mpe: false, bendRange: 2, program: null, touch: 0 }),
  /** Milliseconds between a note that is known and its message: those that come late within it are still in time. */
  ahead: signal(20),
  /** The notes through a synthesiser of our own. */
  hear: signal(false),
  /** dB. */
  level: signal(-12),
  /** Why it cannot be heard. */
  mute: signal<string | null>(null),

  /** Notes that sound somewhere. */
  sounding: signal(0),
  /** Messages that were sent, and those that came too late to be sent at their time. */
  sent: signal(0),
  late: signal(0),
}
