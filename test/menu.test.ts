// The machine's menus, with Electron's menu replaced by what records it: what they hold on each system, what they show, and
// what a click does.

import type { MenuItemConstructorOptions } from 'electron'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { commands } from '../renderer/commands.ts'
import type { CommandStates } from '../renderer/commands.ts'

type Entry = MenuItemConstructorOptions & { submenu?: Entry[] }
const electron = vi.hoisted(() => ({ menus: [] as unknown[], about: {} as Record<string, unknown> }))
const flat = (entries: readonly Entry[]): Entry[] => entries.flatMap((entry) => [entry, ...flat(entry.submenu ?? [])])
vi.mock('electron', () => ({
  app: { setAboutPanelOptions: (options: Record<string, unknown>) => { electron.about = options }, getVersion: () => '1.2.3' },
  Menu: {
    buildFromTemplate: (template: Entry[]) => Object.assign(template, { getMenuItemById: (id: string) => flat(template).find((entry) => entry.id === id) ?? null }),
    setApplicationMenu: (menu: unknown) => void electron.menus.push(menu),
  },
}))
const { aboutWinnow, menuTemplate, showMenu } = await import('../main/menu.ts')

const clicks = { command: vi.fn(), recent: vi.fn() }
const systems = ['linux', 'win32', 'darwin'] as const
const template = (platform: string, states: CommandStates = {}): Entry[] => menuTemplate({ states, recent: [] }, clicks, platform) as Entry[]
const all = Object.fromEntries(commands.map(({ name }) => [name, { enabled: true }])) as CommandStates
beforeEach(() => { vi.clearAllMocks(); electron.menus.length = 0 })

describe.each(systems)('on %s', (platform) => {
  test('every command is in one menu, once', () => {
    const ids = flat(template(platform, all)).flatMap(({ id }) => id ?? [])
    expect(ids).toEqual(commands.map(({ name }) => name))
  })
  test('no accelerator is there twice, and none is a key of writing', () => {
    const own = flat(template(platform, all)).filter(({ registerAccelerator }) => registerAccelerator !== false).flatMap(({ accelerator }) => accelerator ?? [])
    expect(new Set(own).size).toBe(own.length)
    for (const key of own) expect(key).toMatch(/CmdOrCtrl\+/)
  })
  test('what the system has itself is the system’s', () => {
    const roles = flat(template(platform)).flatMap(({ role }) => role ?? [])
    for (const role of ['cut', 'copy', 'paste', 'selectAll', 'zoomIn', 'zoomOut', 'resetZoom', 'togglefullscreen', 'help']) expect(roles).toContain(role)
    expect(roles.includes('appMenu')).toBe(platform === 'darwin') // about, hide, quit
    expect(roles.includes('quit')).toBe(platform !== 'darwin')
    expect(roles.includes('about')).toBe(platform !== 'darwin')
    expect(roles).not.toContain('toggleDevTools')
    expect(roles).not.toContain('reload') // it would stop the sound
  })
  test('no separator is first, last, or beside another', () => {
    for (const { submenu = [] } of template(platform, all)) {
      const lines = submenu.map(({ type }) => type === 'separator')
      expect([lines[0], lines.at(-1), lines.some((line, i) => line && lines[i + 1])]).not.toContain(true)
    }
  })
})

test('plain keys are shown where they can be without being taken', () => {
  const key = (platform: string) => { const { accelerator, registerAccelerator } = flat(template(platform)).find(({ id }) => id === 'play')!; return { accelerator, registerAccelerator } }
  expect(key('linux')).toEqual({ accelerator: 'Space', registerAccelerator: false })
  expect(key('win32')).toEqual({ accelerator: 'Space', registerAccelerator: false })
  expect(key('darwin')).toEqual({})
})

test('before the page has spoken nothing can be chosen', () => {
  for (const { id, enabled } of flat(template('linux'))) if (id !== undefined) expect(enabled, id).toBe(false)
})

test('texts, marks and entries are the page’s; sources that are not there have none', () => {
  const states: CommandStates = { undo: { enabled: true, label: 'Undo Mute R&B' }, compare: { enabled: true, checked: true }, source2: { enabled: true, label: 'Bass' } }
  const found = Object.fromEntries(flat(template('linux', states)).flatMap((entry) => (entry.id === undefined ? [] : [[entry.id, entry]])))
  expect(found['undo']).toMatchObject({ label: 'Undo Mute R&&B', enabled: true })
  expect(found['compare']).toMatchObject({ type: 'checkbox', checked: true })
  expect(found['source2']).toMatchObject({ label: 'Bass' })
  expect(found['source1']).toBe(undefined)
})

test('a click is a name for the page, and turns no mark by itself', () => {
  showMenu({ states: { lasso: { enabled: true, checked: true } }, recent: [] }, clicks)
  const lasso = (electron.menus.at(-1) as { getMenuItemById(id: string): Entry }).getMenuItemById('lasso')
  lasso.checked = false // as Electron does
  lasso.click!(lasso as never, undefined, {} as never)
  expect(lasso.checked).toBe(true)
  expect(clicks.command.mock.calls).toEqual([['lasso']])
})

test('only another text or entry makes another menu', () => {
  const show = (undo: string, enabled: boolean, checked: boolean, recent = [{ id: 'x', name: 'x' }]): number => {
    showMenu({ states: { undo: { enabled, label: undo }, compare: { enabled: true, checked } }, recent }, clicks)
    return electron.menus.length
  }
  expect(show('Undo A', false, false)).toBe(1)
  expect(show('Undo A', true, true)).toBe(1)
  const menu = electron.menus.at(-1) as { getMenuItemById(id: string): Entry }
  expect([menu.getMenuItemById('undo').enabled, menu.getMenuItemById('compare').checked]).toEqual([true, true])
  expect(show('Undo B', true, true)).toBe(2)
  expect(show('Undo B', true, true, [])).toBe(3)
})

test('what was opened lately can be opened again, or struck from the list', () => {
  const entries = flat(menuTemplate({ states: all, recent: [{ id: '1', name: 'a & b.wav' }, { id: '2', name: 'c.winnow' }] }, clicks, 'linux') as Entry[])
  const menu = entries.find(({ label }) => label === 'Open recent')!
  expect(menu.enabled).toBe(true)
  expect(menu.submenu!.map(({ label, type }) => label ?? type)).toEqual(['a && b.wav', 'c.winnow', 'separator', 'Clear the list'])
  for (const entry of menu.submenu!) entry.click?.(entry as never, undefined, {} as never)
  expect(clicks.recent.mock.calls).toEqual([['1'], ['2'], [null]])
  expect(flat(template('linux')).find(({ label }) => label === 'Open recent')!.enabled).toBe(false)
})

test('About says which version this is, and under what licences', () => {
  aboutWinnow()
  expect(electron.about).toMatchObject({ applicationName: 'Winnow', applicationVersion: '1.2.3' })
  expect(electron.about['credits']).toMatch(/MIT/)
})
