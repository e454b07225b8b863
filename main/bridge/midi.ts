// The virtual MIDI port, open for as long as the page is there.

import type { BaseWindow, BrowserWindow } from 'electron'
import { midiMessages, midiPort } from '../midi-port.ts'
import type { Services } from './door.ts'
import { whenGone } from './going.ts'

const port = midiPort()
/** What sounds at the virtual port ends. */
export const closeMidi = (): void => port.close()

/** A page that reloads, fails or is closed leaves no note behind. */
async function midiOpen({ webContents }: BrowserWindow): Promise<void> {
  port.open()
  whenGone(webContents, closeMidi)
}

async function midiSend(_window: BaseWindow, args: readonly unknown[]): Promise<void> {
  const { messages, now } = midiMessages(args[0], args[1])
  port.send(messages, now)
}

export const midi: Services = { midiOpen, midiSend, midiClose: async () => closeMidi() }
