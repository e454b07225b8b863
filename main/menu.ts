// The machine's menus, made of the table of commands. A click sends the command's name to the page and does nothing itself;
// what can be chosen, what has a mark and what is called otherwise for now is what the page told last.

import { Menu, app } from 'electron'
import type { MenuItemConstructorOptions } from 'electron'
import { commands, menuTitles } from '../renderer/commands.ts'
import type { Command, CommandName, CommandStates, MenuName } from '../renderer/commands.ts'
import { accelerator, hasModifier } from '../renderer/commands/keys.ts'
import type { RecentFile } from '../renderer/host.ts'

export interface Shown { readonly states: CommandStates; readonly recent: readonly RecentFile[] }
export interface Clicks {
  command(name: CommandName): void
  /** By its id; null strikes all of them from the list. */
  recent(id: string | null): void
}

const line: MenuItemConstructorOptions = { type: 'separator' }
/** An ampersand would underline the letter after it. */
const plain = (label: string): string => label.replaceAll('&', '&&')

/**
 * Plain keys are the page's: in a menu they would be taken out of the text that somebody writes. Linux and Windows show
 * them all the same; macOS can only show what it also takes.
 */
function keyOf({ keys = [] }: Command, mac: boolean): MenuItemConstructorOptions {
  const own = keys.find(hasModifier)
  if (own !== undefined) return { accelerator: accelerator(own) }
  return mac || keys[0] === undefined ? {} : { accelerator: accelerator(keys[0]), registerAccelerator: false }
}

const isShown = (command: Command, states: CommandStates): boolean => !/^source\d$/.test(command.name) || states[command.name as CommandName]?.enabled === true

export const nothing: Shown = { states: {}, recent: [] }
let told = nothing

function item(command: Command & { readonly name: CommandName }, { states }: Shown, clicks: Clicks, mac: boolean): MenuItemConstructorOptions {
  const state = states[command.name]
  return {
    id: command.name, label: plain(state?.label ?? command.label), enabled: state?.enabled === true,
    // Electron turns a mark by itself: the page alone says what is so.
    click: (clicked) => { clicked.checked = told.states[command.name]?.checked === true; clicks.command(command.name) },
    ...keyOf(command, mac), ...(command.check && { type: 'checkbox', checked: state?.checked === true }),
  }
}

function recentMenu({ recent }: Shown, clicks: Clicks): MenuItemConstructorOptions {
  return {
    label: 'Open recent', enabled: recent.length > 0,
    submenu: [...recent.map(({ id, name }) => ({ label: plain(name), click: () => clicks.recent(id) })), line, { label: 'Clear the list', click: () => clicks.recent(null) }],
  }
}

/** What each menu has beside its commands: before the command of that name, and at its end. */
function extras(menu: MenuName, shown: Shown, clicks: Clicks, mac: boolean): { readonly before?: Partial<Record<CommandName, MenuItemConstructorOptions>>; readonly end: MenuItemConstructorOptions[] } {
  if (menu === 'file') return { before: { openPreset: recentMenu(shown, clicks) }, end: [line, mac ? { role: 'close' } : { role: 'quit' }] }
  if (menu === 'edit') return { end: [line, { role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'selectAll' }] }
  if (menu === 'view') return { end: [line, { role: 'resetZoom' }, { role: 'zoomIn' }, { role: 'zoomOut' }, line, { role: 'togglefullscreen' }] }
  if (menu === 'help') return { end: mac ? [] : [line, { role: 'about' }] }
  return { end: [] }
}

export function menuTemplate(shown: Shown, clicks: Clicks, platform: string): MenuItemConstructorOptions[] {
  const mac = platform === 'darwin'
  const made = (Object.keys(menuTitles) as MenuName[]).map((menu): MenuItemConstructorOptions => {
    const { before, end } = extras(menu, shown, clicks, mac)
    const items: MenuItemConstructorOptions[] = []
    let group: number | null = null
    for (const command of commands.filter((each) => each.menu === menu && isShown(each, shown.states))) {
      if (group !== null && group !== command.group) items.push(line)
      group = command.group
      if (before?.[command.name]) items.push(before[command.name]!)
      items.push(item(command, shown, clicks, mac))
    }
    const submenu = items.length > 0 ? [...items, ...end] : end.slice(1)
    return { label: menuTitles[menu], submenu, ...(menu === 'help' && { role: 'help' }) }
  })
  if (!mac) return made
  return [{ role: 'appMenu' }, ...made.slice(0, -1), { role: 'windowMenu' }, made.at(-1)!]
}

let menu: Menu | null = null
let shape = ''

/** Marks and what can be chosen change in the menu that is there; a new text or another entry needs a new one. */
export function showMenu(shown: Shown, clicks: Clicks): void {
  told = shown
  const wanted = JSON.stringify([commands.filter((command) => isShown(command, shown.states)).map(({ name, label }) => [name, shown.states[name]?.label ?? label]), shown.recent])
  if (menu === null || shape !== wanted) {
    shape = wanted
    Menu.setApplicationMenu(menu = Menu.buildFromTemplate(menuTemplate(shown, clicks, process.platform)))
    return
  }
  for (const { name, check } of commands) {
    const found = menu.getMenuItemById(name)
    if (!found) continue
    found.enabled = shown.states[name]?.enabled === true
    if (check) found.checked = shown.states[name]?.checked === true
  }
}

/** What "About Winnow" says, on each system. */
export const aboutWinnow = (): void => app.setAboutPanelOptions({
  applicationName: 'Winnow', applicationVersion: app.getVersion(), version: `Electron ${process.versions['electron'] ?? '–'}`,
  copyright: 'MIT licence. Electron and Chromium bring their own notices.',
  credits: 'Inter (SIL OFL 1.1), Preact, @preact/signals, Tone.js, midi-writer-js and @julusian/midi (MIT), audioworklet-polyfill (Apache-2.0).',
})
