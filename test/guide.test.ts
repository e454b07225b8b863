// The line that leads through the demo notices what is done, and only that; the map of keys is found by any of its words.

import { beforeEach, describe, expect, test } from 'vitest'
import { demoSelection } from '../renderer/demo/places.ts'
import { beginGuide, endGuide, go, guide, steps } from '../renderer/demo/steps.ts'
import { exporting } from '../renderer/export/export.ts'
import { found } from '../renderer/help/key-map.tsx'
import { keyMap } from '../renderer/commands/key-map.ts'
import { set, state } from '../renderer/state.ts'
import type { SelectedSource } from '../worklet/selection.ts'

const change = (name: string, to: Partial<SelectedSource>): void => {
  const { mask, sources } = state.selection.peek()
  state.selection.value = { mask, sources: sources.map((source) => (source.name === name ? { ...source, ...to } : source)) }
}
const now = async (): Promise<string | undefined> => {
  await Promise.resolve() // steps follow in a moment of their own
  return guide.at.peek() === null ? undefined : steps[guide.at.peek()!]?.id ?? 'end'
}

beforeEach(() => {
  state.selection.value = demoSelection
  set('bypass', 0)
  exporting.open.value = false
  beginGuide()
})

describe('the guide to the demo', () => {
  test('goes on when what it asks for is done, step by step to its end', async () => {
    expect(await now()).toBe('solo')
    change('voice', { solo: true })
    expect(await now()).toBe('level')
    change('guitar', { gain: -12 })
    expect(await now()).toBe('level') // the voice is still alone
    change('voice', { solo: false })
    expect(await now()).toBe('compare')
    set('bypass', 1)
    expect(await now()).toBe('compare')
    set('bypass', 0)
    expect(await now()).toBe('place')
    change('bass', { places: [{ level: -6, delay: 0 }] })
    expect(await now()).toBe('export')
    exporting.open.value = true
    expect(await now()).toBe('end')
  })

  test('does not take something else for it', async () => {
    change('bass', { solo: true })
    expect(await now()).toBe('solo')
    go(3)
    change('bass', { mute: true })
    expect(await now()).toBe('place')
  })

  test('what was so before nobody did: a step that is reached done waits until it is done anew', async () => {
    change('bass', { places: [{ level: -6, delay: 0 }] })
    go(3)
    expect(await now()).toBe('place')
    change('bass', { places: demoSelection.sources.find(({ name }) => name === 'bass')!.places! })
    change('voice', { places: [{ level: 2, delay: 0 }] })
    expect(await now()).toBe('export')
  })

  test('survives that its sources are gone, and says nothing once it is closed', async () => {
    state.selection.value = { mask: 'soft', sources: [] }
    expect(await now()).toBe('solo')
    endGuide()
    state.selection.value = demoSelection
    change('voice', { solo: true })
    expect(await now()).toBe(undefined)
  })
})

describe('the map of keys', () => {
  test('is whole without a search', () => {
    const rows = (parts: readonly { readonly rows: readonly unknown[] }[]): number => parts.reduce((sum, part) => sum + part.rows.length, 0)
    expect(rows(found('', false))).toBe(rows(keyMap()))
  })

  test('is found by what a key does, by its cap, and by its place', () => {
    expect(found('harmonic', false).flatMap(({ rows }) => rows.map(({ label }) => label))).toEqual(['harmonic brush'])
    expect(found('ctrl z', false).flatMap(({ rows }) => rows.map(({ label }) => label))).toContain('undo')
    expect(found('⌘ z', true).flatMap(({ rows }) => rows.map(({ label }) => label))).toContain('undo')
    expect(found('⌘', false)).toEqual([])
    expect(found('first screen', false).map(({ place }) => place)).toEqual(['first'])
    expect(found('no such key', false)).toEqual([])
  })
})
