// What the page may say to the machine: each check gives the argument, whole and typed, or throws one sentence.

import type { FileKind } from '../../renderer/host.ts'

export const shown = (value: unknown): string =>
  typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : value === null ? 'null' : typeof value

/** What an object holds; nothing of what is none. */
export const fields = (value: unknown): Readonly<Record<string, unknown>> => (typeof value === 'object' ? value ?? {} : {}) as Record<string, unknown>

export function text(value: unknown, what: string, most: number): string {
  if (typeof value !== 'string' || value === '' || value.length > most)
    throw new TypeError(`${what}: expected a text of 1 to ${most} characters, got ${shown(value)}`)
  return value
}

export function fileKind(value: unknown): FileKind {
  const { description, extensions } = fields(value)
  if (!Array.isArray(extensions) || extensions.length === 0 || extensions.length > 32)
    throw new TypeError(`extensions: expected a list of 1 to 32, got ${shown(extensions)}`)
  for (const extension of extensions as unknown[])
    if (typeof extension !== 'string' || !/^[a-z0-9]{1,16}$/i.test(extension))
      throw new TypeError(`extensions: expected letters and digits, got ${shown(extension)}`)
  return { description: text(description, 'description', 80), extensions: extensions as string[] }
}

export function buffer(value: unknown): ArrayBuffer {
  if (!(value instanceof ArrayBuffer)) throw new TypeError(`bytes: expected an ArrayBuffer, got ${shown(value)}`)
  return value
}

/** A whole number from 0 to `most`. */
export function count(value: unknown, what: string, most: number): number {
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > most) throw new RangeError(`${what}: expected a whole number from 0 to ${most}, got ${typeof value === 'number' ? value : shown(value)}`)
  return value as number
}

/** A name and never a path: what could lead elsewhere, or break a file system, becomes a dash. */
export const plainName = (name: string): string =>
  name.replace(/[\u0000-\u001f\u007f<>:"/\\|?*]/g, '-').replace(/^\.+|[. ]+$/g, '') || 'winnow'

/** For Electron's dialogs. */
export const filters = ({ description, extensions }: FileKind) => [{ name: description, extensions: [...extensions] }]
