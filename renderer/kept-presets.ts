// Presets that were learned here stay on this machine.

import { readPreset, writePreset } from '../presets/preset.ts'
import type { Preset } from '../presets/preset.ts'
import { storesOf } from './database.ts'
import { state } from './state.ts'
import type { ChosenPreset } from './state.ts'

interface Row { readonly id: number; readonly name: string; readonly made: number; readonly bytes: ArrayBuffer }

const kept = storesOf('winnow', { presets: { keyPath: 'id', autoIncrement: true } }, 'This browser keeps nothing on this machine: save the preset as a file instead.')

export async function listKept(): Promise<void> {
  const rows = await kept.all<Row>('presets')
  state.kept.value = rows.map(({ id, name, made }) => ({ id, name, made })).sort((a, b) => a.made - b.made)
}

/** A name that no other has, none of those that come with Winnow either: "My voice", "My voice 2", … */
export function freeName(wanted: string): string {
  const names = [...state.kept.peek().map(({ name }) => name), ...state.presets.peek().map((name) => name.replace(/\.preset$/, ''))]
  const taken = (name: string): boolean => names.some((other) => other.toLowerCase() === name.toLowerCase())
  for (let n = 1; ; n++) {
    const name = n === 1 ? wanted : `${wanted} ${n}`
    if (!taken(name)) return name
  }
}

export async function keepPreset(preset: Preset): Promise<ChosenPreset> {
  const name = preset.name ?? 'Preset'
  const bytes = writePreset(preset).buffer
  const id = await kept.add('presets', { name, made: Date.now(), bytes })
  await listKept()
  return { name, preset, kept: Number(id) }
}

async function row(id: number): Promise<Row> {
  const found = await kept.get<Row>('presets', id)
  if (!found) throw new Error('This preset is no longer kept on this machine.')
  return found
}

export async function readKept(id: number): Promise<ChosenPreset> {
  const { name, bytes } = await row(id)
  return { name, preset: { ...readPreset(new Uint8Array(bytes), name), name }, kept: id }
}

/** As a file holds it. */
export async function keptBytes(id: number): Promise<{ readonly name: string; readonly bytes: ArrayBuffer }> {
  const { name, preset } = await readKept(id)
  return { name, bytes: writePreset(preset).buffer }
}

export async function renameKept(id: number, name: string): Promise<void> {
  const before = await row(id)
  await kept.put('presets', { ...before, name })
  await listKept()
}

export async function forgetKept(id: number): Promise<void> {
  await kept.remove('presets', id)
  await listKept()
}
