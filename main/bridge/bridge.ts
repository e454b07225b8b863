// What Electron's main process does for the page: renderer/host.ts, one file for each of its concerns, all behind one door.

import { answer } from './door.ts'
import { files } from './files.ts'
import { folders } from './folders.ts'
import { menus } from './menus.ts'
import { midi } from './midi.ts'
import { outside } from './outside.ts'
import { power } from './power.ts'
import { sessions } from './sessions.ts'

/** Answers the preload's calls. */
export function answerPage(): void {
  for (const services of [files, folders, menus, midi, outside, power, sessions]) answer(services)
}
