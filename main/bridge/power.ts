// While sound comes in live, or notes are heard, the machine stays awake; its screen may go dark.

import { powerSaveBlocker } from 'electron'
import type { BrowserWindow } from 'electron'
import { shown } from './checks.ts'
import type { Services } from './door.ts'
import { whenGone } from './going.ts'

let blocker: number | null = null

function sleepAgain(): void {
  if (blocker !== null) powerSaveBlocker.stop(blocker)
  blocker = null
}

async function stayAwake({ webContents }: BrowserWindow, [awake]: readonly unknown[]): Promise<void> {
  if (typeof awake !== 'boolean') throw new TypeError(`awake: expected true or false, got ${shown(awake)}`)
  if (!awake) return sleepAgain()
  whenGone(webContents, sleepAgain)
  blocker ??= powerSaveBlocker.start('prevent-app-suspension')
}

export const power: Services = { stayAwake }
