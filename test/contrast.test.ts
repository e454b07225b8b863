// The colours of tokens.css: text and edges stand out on every ground they are used on (WCAG 2.2, AA), and sources stay apart
// for eyes that see fewer colours.

import { describe, expect, test } from 'vitest'
import { readFile } from 'node:fs/promises'
import { sourceColours, toLab } from '../renderer/colour.ts'

const css = await readFile(new URL('../renderer/tokens.css', import.meta.url), 'utf8')
const tokens = new Map([...css.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/gi)].map(([, name, hex]) => [name!, hex!.toLowerCase()]))
const hexOf = (name: string): string => tokens.get(name) ?? (() => { throw new Error(`tokens.css: expected --${name}`) })()

type Three = readonly [number, number, number]
const linear = (hex: string): Three => [1, 3, 5].map((at) => {
  const c = parseInt(hex.slice(at, at + 2), 16) / 255
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
}) as unknown as Three
const luminance = (hex: string): number => { const [r, g, b] = linear(hex); return 0.2126 * r + 0.7152 * g + 0.0722 * b }
function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

const grounds = ['well', 'app', 'panel', 'raised', 'control']
const sources = Array.from({ length: 8 }, (_, i) => `s${i + 1}`)
const INK = '#101012' // numbers on the sources' chips

const text: [string, string][] = [
  ...['text', 'text-2', 'text-3'].flatMap((tone) => grounds.map((ground): [string, string] => [tone, ground])),
  ['text', 'control-hover'], ['text-2', 'control-hover'], ['text', 'accent-low'], ['text-2', 'accent-low'], ['accent', 'accent-low'],
  ['on-accent', 'accent'], ['on-accent', 'accent-hover'],
  ['danger', 'danger-low'], ['text', 'danger-low'], ['text-2', 'danger-low'], ['warn', 'warn-low'], ['text', 'warn-low'], ['text-2', 'warn-low'],
  ['ok', 'panel'], ['ok', 'well'], ['danger', 'panel'], ['warn', 'panel'],
]
const edges: [string, string][] = ['accent', 'edge', ...sources, 'rest'].flatMap((edge) => ['well', 'panel', 'raised'].map((ground): [string, string] => [edge, ground]))

/** How colours look to eyes without one kind of cone, in linear light (Machado, Oliveira & Fernandes 2009, severity 1). */
const eyes: Readonly<Record<string, readonly Three[]>> = {
  'all cones': [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  'no long cones': [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  'no middle cones': [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  'no short cones': [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
const seen = (hex: string, rows: readonly Three[]): string => {
  const rgb = linear(hex)
  return '#' + rows.map((row) => {
    const c = Math.max(0, Math.min(1, row[0] * rgb[0] + row[1] * rgb[1] + row[2] * rgb[2]))
    return Math.round(255 * (c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055)).toString(16).padStart(2, '0')
  }).join('')
}

describe('contrast', () => {
  test.each(text)('of --%s on --%s is enough to read', (tone, ground) => {
    expect(contrast(hexOf(tone), hexOf(ground))).toBeGreaterThanOrEqual(4.5)
  })
  test.each(edges)('of --%s on --%s is enough to see a shape', (edge, ground) => {
    expect(contrast(hexOf(edge), hexOf(ground))).toBeGreaterThanOrEqual(3)
  })
  test.each(sources)('of a number on --%s is enough to read', (source) => {
    expect(contrast(INK, hexOf(source))).toBeGreaterThanOrEqual(4.5)
  })
})

describe('the colours of the sources', () => {
  test('are the same for the page and for the pictures', () => {
    expect(sources.map(hexOf)).toEqual([...sourceColours])
  })

  test.each(Object.entries(eyes))('stay apart for eyes with %s', (_name, rows) => {
    const labs = sources.map((source) => toLab(seen(hexOf(source), rows)))
    for (let a = 0; a < labs.length; a++) for (let b = 0; b < a; b++) {
      const [p, q] = [labs[a]!, labs[b]!]
      expect(Math.hypot(p.lightness - q.lightness, p.a - q.a, p.b - q.b), `${sources[a]} and ${sources[b]}`).toBeGreaterThan(a < 4 ? 0.15 : 0.085)
    }
  })
})
