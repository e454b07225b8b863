// The page tells what the machine's menus show; what is chosen there goes back to it by name.

import { BrowserWindow, app } from 'electron'
import { commandNamed } from '../../renderer/commands.ts'
import type { CommandState, CommandStates } from '../../renderer/commands.ts'
import type { RecentFile } from '../../renderer/host.ts'
import { nothing, showMenu } from '../menu.ts'
import { fields, shown, text } from './checks.ts'
import type { Services } from './door.ts'

const LONGEST = 200
const MOST_RECENT = 32

function yesOrNo(value: unknown, what: string): boolean {
  if (typeof value !== 'boolean') throw new TypeError(`${what}: expected true or false, got ${shown(value)}`)
  return value
}

function stateOf(name: string, value: unknown): CommandState {
  const { enabled, checked, label } = fields(value)
  return {
    enabled: yesOrNo(enabled, `${name}.enabled`), ...(checked !== undefined && { checked: yesOrNo(checked, `${name}.checked`) }),
    ...(label !== undefined && { label: text(label, `${name}.label`, LONGEST) }),
  }
}

export function statesOf(value: unknown): CommandStates {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError(`states: expected an object, got ${shown(value)}`)
  return Object.fromEntries(Object.entries(value).map(([name, state]) => {
    if (!commandNamed(name)) throw new TypeError(`states: expected names of commands, got ${shown(name)}`)
    return [name, stateOf(name, state)]
  }))
}

export function recentOf(value: unknown): RecentFile[] {
  if (!Array.isArray(value) || value.length > MOST_RECENT) throw new TypeError(`recent: expected a list of at most ${MOST_RECENT}, got ${Array.isArray(value) ? `${value.length}` : shown(value)}`)
  return (value as unknown[]).map((each) => {
    const { id, name } = fields(each)
    return { id: text(id, 'id', 64), name: text(name, 'name', LONGEST) }
  })
}

/** To the page, where there is one. */
const send = (channel: string, said: unknown): void => BrowserWindow.getAllWindows()[0]?.webContents.send(channel, said)

const clicks = {
  command: (name: string): void => send('command', name),
  recent(id: string | null): void {
    if (id === null) app.clearRecentDocuments()
    send('recent', id)
  },
}

/** Before there is a page, and when it has gone, nothing can be chosen. */
export const forgetMenus = (): void => showMenu(nothing, clicks)

export const menus: Services = {
  async menus(_window, args) {
    showMenu({ states: statesOf(args[0]), recent: recentOf(args[1]) }, clicks)
  },
}
