// What a person chose about looking at the field: none of it changes a sound, and none of it is undone.

import { signal } from '@preact/signals'

export type View = 'delay' | 'frequency'
export type Tool = 'point' | 'lasso' | 'rectangle' | 'brush'

/** The part of the plane that is shown, each axis from 0 to 1. */
export interface Window { readonly x0: number; readonly x1: number; readonly y0: number; readonly y1: number }
export const WHOLE: Window = { x0: 0, x1: 1, y0: 0, y1: 1 }

/** A place that the histogram suggests: dB, µs, and its height over the highest. */
export interface Suggested { readonly level: number; readonly delay: number; readonly weight: number }

/** A spot of the plane: dB, µs (null in the frequency view), hertz (null in the delay view). */
export interface Spot { readonly level: number; readonly delay: number | null; readonly hertz: number | null }


export const field = {
  view: signal<View>('delay'),
  /** Index into DELAY_RANGES. */
  range: signal(1),
  /** Until a person chooses, view and range follow what the sound spreads over. */
  follows: signal(true),
  window: signal<Window>(WHOLE),
  tool: signal<Tool>('point'),
  /** Radius of the brush, in shares of the plot's width. */
  brush: signal(0.06),
  frozen: signal(false),
  /** Seconds. */
  memory: signal(4),
  /** The whole file's histogram shines through from underneath. */
  underneath: signal(true),
  boundaries: signal(true),
  peaks: signal<readonly Suggested[]>([]),
  /** Where the pointer or the keyboard's cross is; null when it is elsewhere. */
  pointer: signal<Spot | null>(null),
  /** The keyboard's cross; null until an arrow key wants one. */
  cross: signal<Spot | null>(null),
  /** Corners that the keyboard has set for an area so far. */
  corners: signal<readonly Spot[]>([]),
  /** 0…1 of the file's field is known; null when there is no file or all of it is. */
  progress: signal<number | null>(null),
  /** How far the Wiener filter has given way to soft masks, 0…1, because pointed places stand in a room. */
  fallback: signal(0),
  /** A clue about the sound: identical channels, one silent channel; null when there is nothing to say. */
  remark: signal<string | null>(null),
}

export function look(view: View, range = field.range.peek()): void {
  field.follows.value = false
  if (view !== field.view.peek() || range !== field.range.peek()) field.window.value = WHOLE
  field.view.value = view
  field.range.value = range
}
