// The table of commands: no key means two things in one place, every name does something, and the README's map of keys is
// the table's.

import { readFile } from 'node:fs/promises'
import { describe, expect, test, vi } from 'vitest'
vi.hoisted(() => { vi.stubGlobal('addEventListener', () => 0) }) // nothing is pressed

import { bindings } from '../renderer/commands/bindings.ts'
import { accelerator, hasModifier, isPressed, keyText } from '../renderer/commands/keys.ts'
import { keyMap, keyTable } from '../renderer/commands/key-map.ts'
import { commands, menuTitles, places, viewKeys } from '../renderer/commands.ts'
import type { Place } from '../renderer/commands.ts'

/** Places whose keys work at the same time, with no view between them that would take its own first. */
const together: readonly (readonly Place[])[] = [
  ['anywhere', 'working', 'studio', 'tools'], ['anywhere', 'working', 'live'],
  ...(Object.keys(places) as Place[]).filter((place) => 'within' in places[place]).map((place) => [place]),
]

describe('the table', () => {
  test('has every name once, and every name does something', () => {
    const names = commands.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(Object.keys(bindings).sort()).toEqual([...names].sort())
  })

  test.each(together.map((each) => [each.join(', '), each] as const))('no key means two things: %s', (_name, where) => {
    const keys = [...commands, ...viewKeys].filter((row) => where.includes(row.where)).flatMap((row) => row.keys ?? [])
    expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([])
  })

  test('a command with a mark says when it has one, and no other does', () => {
    for (const { name, check } of commands) expect(bindings[name].checked !== undefined, name).toBe(check === true)
  })

  test('menus hold their groups together, and have names', () => {
    for (const menu of Object.keys(menuTitles)) {
      const groups = commands.filter((command) => command.menu === menu).map(({ group }) => group)
      expect(groups, menu).toEqual([...groups].sort((a, b) => a - b))
    }
    for (const { label } of commands) expect(label).toMatch(/^[A-Z][^.!]*…?$/)
  })

  test('every key stands in the map, under its place', () => {
    const shown = keyMap().flatMap(({ place, rows }) => rows.flatMap(({ keys }) => keys.map((key) => `${place} ${key}`)))
    for (const { where, keys = [], name } of commands)
      if (!/^source\d$/.test(name)) for (const key of keys) expect(shown).toContain(`${where} ${key}`)
    expect(shown).toContain('studio 1 … 9')
    expect(new Set(shown).size).toBe(shown.length)
  })

  test('the README has the same map', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
    expect(/<!-- keys -->\n([^]*)\n<!-- \/keys -->/.exec(readme)?.[1]).toBe(keyTable())
  })
})

describe('a key', () => {
  const event = (key: string, ...modifiers: string[]) => ({
    key, shiftKey: modifiers.includes('shift'), altKey: modifiers.includes('alt'), ctrlKey: modifiers.includes('control'), metaKey: modifiers.includes('meta'),
    getModifierState: (name: string) => name === 'AltGraph' && modifiers.includes('graph'),
  })

  test('is pressed with its modifiers and no others', () => {
    expect(isPressed('A', event('a'), false)).toBe(true)
    expect(isPressed('A', event('A'), false), 'with Caps Lock').toBe(true)
    for (const modifier of ['shift', 'alt', 'control', 'meta']) expect(isPressed('A', event('a', modifier), false), modifier).toBe(false)
    expect(isPressed('Shift+Mod+Z', event('Z', 'shift', 'control'), false)).toBe(true)
    expect(isPressed('Mod+Z', event('Z', 'shift', 'control'), false)).toBe(false)
    expect(isPressed('Space', event(' '), false)).toBe(true)
    expect(isPressed('Home', event('Home'), false)).toBe(true)
  })
  test('is ⌘ on macOS, where Ctrl is something else', () => {
    expect(isPressed('Mod+E', event('e', 'meta'), true)).toBe(true)
    expect(isPressed('Mod+E', event('e', 'control'), true)).toBe(false)
    expect(isPressed('Mod+E', event('e', 'meta'), false)).toBe(false)
    expect(isPressed('Mod+E', event('e', 'control', 'meta'), true)).toBe(false)
  })
  test('that is a symbol is what was typed, however that is done', () => {
    expect(isPressed('?', event('?', 'shift'), false)).toBe(true)
    expect(isPressed('[', event('['), false)).toBe(true)
    expect(isPressed('[', event('[', 'control', 'alt', 'graph'), false), 'with AltGr on Windows').toBe(true)
    expect(isPressed('[', event('[', 'control'), false)).toBe(false)
    expect(isPressed('+', event('+', 'shift'), false)).toBe(true)
  })
  test('is shown and registered as its system writes it', () => {
    expect(['Mod+Z', 'Shift+Mod+Z', 'A', '-', '+', 'Escape', 'Alt+←'].map((key) => keyText(key))).toEqual(['Ctrl+Z', 'Ctrl+Shift+Z', 'A', '−', '+', 'Esc', 'Alt+←'])
    expect(['Mod+Z', 'Shift+Mod+Z', 'Alt+←'].map((key) => keyText(key, true))).toEqual(['⌘Z', '⇧⌘Z', '⌥←'])
    expect(['Mod+Z', 'Shift+Mod+Z', 'Space', '[', 'Escape'].map(accelerator)).toEqual(['CmdOrCtrl+Z', 'Shift+CmdOrCtrl+Z', 'Space', '[', 'Esc'])
    expect(['Mod+Z', 'Shift+Mod+Z', 'Z', 'Shift+Z', '+'].map(hasModifier)).toEqual([true, true, false, false, false])
  })
})
