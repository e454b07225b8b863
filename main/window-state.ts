// Where the window stood, so that it stands there again: place and size, maximised, full screen. A display that has gone
// takes no window with it.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { app, screen } from 'electron'
import type { BrowserWindow, Rectangle } from 'electron'
import { writeWhole } from './whole-file.ts'

export const SMALLEST = { width: 1000, height: 640 }
const FIRST = { width: 1440, height: 900 }
/** As much of the window's top must be in sight as a hand needs to drag it. */
const HANDLE = { width: 160, height: 32 }

export interface WindowState extends Rectangle { readonly maximised: boolean; readonly fullScreen: boolean }

const statePath = (): string => join(app.getPath('userData'), 'window.json')

const overlap = (a: number, aSize: number, b: number, bSize: number): number => Math.min(a + aSize, b + bSize) - Math.max(a, b)

/** Null for what is no state, or one whose window could not be reached on these displays. */
export function reachable(value: unknown, displays: readonly { readonly workArea: Rectangle }[]): WindowState | null {
  if (typeof value !== 'object' || value === null) return null
  const { x, y, width, height, maximised, fullScreen } = value as Record<string, unknown>
  const numbers = [x, y, width, height]
  if (!numbers.every((number): number is number => Number.isInteger(number) && Math.abs(number as number) < 2 ** 20)) return null
  const [left, top, wide, high] = numbers as [number, number, number, number]
  if (wide < SMALLEST.width || high < SMALLEST.height) return null
  const isInSight = displays.some(({ workArea }) => top >= workArea.y
    && overlap(left, wide, workArea.x, workArea.width) >= HANDLE.width && overlap(top, HANDLE.height, workArea.y, workArea.height) >= HANDLE.height)
  return isInSight ? { x: left, y: top, width: wide, height: high, maximised: maximised === true, fullScreen: fullScreen === true } : null
}

/** How the next window opens: as the last one was, else in the middle. */
export async function lastState(): Promise<(Partial<Rectangle> & { width: number; height: number; maximised: boolean; fullScreen: boolean })> {
  const text = await readFile(statePath(), 'utf8').catch(() => 'null') // the first start, or an unreadable file
  let value: unknown = null
  try { value = JSON.parse(text) } catch { /* as if it were the first */ }
  return reachable(value, screen.getAllDisplays()) ?? { ...FIRST, maximised: false, fullScreen: false }
}

const AFTER = 500 // ms without a change
let writing: Promise<void> = Promise.resolve()

/** Every place that it comes to is written, and the last one when it closes. */
export function watchState(window: BrowserWindow): void {
  let timer: NodeJS.Timeout | null = null
  let last = ''
  const write = (): void => {
    if (timer) clearTimeout(timer)
    timer = null
    const state: WindowState = { ...window.getNormalBounds(), maximised: window.isMaximized(), fullScreen: window.isFullScreen() }
    const text = JSON.stringify(state) + '\n'
    if (text === last) return
    last = text
    writing = writing.then(() => writeWhole(statePath(), text)).catch(() => {}) // a full disk costs the place of the window and nothing else
  }
  const soon = (): void => {
    if (timer) clearTimeout(timer)
    timer = setTimeout(write, AFTER)
  }
  for (const event of ['resize', 'move', 'maximize', 'unmaximize', 'enter-full-screen', 'leave-full-screen'] as const) window.on(event as 'resize', soon)
  window.on('close', write)
}

/** When what is to be written is on the disk. */
export const stateWritten = (): Promise<void> => writing
