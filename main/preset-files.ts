// Presets by name or by file, and the selection that goes with them: what the commands need before sound flows.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readPreset, type Preset } from '../presets/preset.ts'
import { dictionarySources } from '../worklet/dictionary.ts'
import { readSelection, wholeDictionary, type Selection } from '../worklet/selection.ts'
import { bytesAt } from '../renderer/audio/bytes.ts'
import { fileSource } from './audio/file.ts'
import { presetFolder } from './built.ts'
import { UserError, asked } from './user-error.ts'

const EXTENSION = '.preset'
const MOST_BYTES = 64 << 20 // a preset is far smaller; a film named .preset shall not be read into memory

/** The names of the presets that come with Winnow. */
export async function shippedNames(): Promise<string[]> {
  const index = JSON.parse(await readFile(join(presetFolder, 'index.json'), 'utf8')) as string[]
  return index.map((file) => file.slice(0, -EXTENSION.length))
}

async function wholeFile(path: string, what: string): Promise<Uint8Array> {
  const source = await fileSource(path)
  try {
    if (source.size > MOST_BYTES)
      throw new UserError(`${path}: expected ${what} of at most ${MOST_BYTES >> 20} MB, got ${Math.ceil(source.size / 2 ** 20)} MB`)
    return await bytesAt(source, 0, source.size)
  } finally {
    await source.close()
  }
}

/** Whether the text means a file rather than one of the shipped presets. */
const isPath = (text: string): boolean => /[/\\]/.test(text) || text.endsWith(EXTENSION)

export async function presetPath(text: string): Promise<string> {
  if (isPath(text)) return text
  const names = await shippedNames()
  if (!names.includes(text))
    throw new UserError(`--preset: expected ${names.length > 0 ? names.join(', ') + ' or ' : ''}a file ending in ${EXTENSION}, got "${text}"`)
  return join(presetFolder, text + EXTENSION)
}

export async function loadPreset(text: string): Promise<Preset> {
  const path = await presetPath(text)
  const bytes = await wholeFile(path, 'a preset')
  return asked(() => readPreset(bytes, path), path)
}

/** What separates where nobody named a preset: the field, where no source of the selection asks for a dictionary. */
export async function usualPreset(selection: string | null): Promise<string> {
  if (selection === null) return 'band'
  const json = await readJson(selection)
  const sources = typeof json === 'object' && json !== null && 'sources' in json ? json.sources : null
  const asks = (source: unknown): boolean => typeof source === 'object' && source !== null && 'atoms' in source
  return Array.isArray(sources) && !sources.some(asks) ? 'field' : 'band'
}

async function readJson(path: string): Promise<unknown> {
  const text = new TextDecoder().decode(await wholeFile(path, 'a selection'))
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UserError(`${path}: expected JSON, got text that is none: ${(error as Error).message.replace(/\s+/g, ' ')}`)
  }
}

/** The selection of a file, else the preset's, else one source per source of the dictionary. */
export async function loadSelection(path: string | null, preset: Preset): Promise<Selection> {
  const known = dictionarySources(preset.dictionary.atoms)
  if (path === null) return preset.selection ?? wholeDictionary(known)
  const json = await readJson(path)
  return asked(() => readSelection(json, known, path), path)
}
