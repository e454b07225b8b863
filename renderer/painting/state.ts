// What a person chose about the spectrogram and the tools on it. None of it changes a sound by itself, none is undone.

import { signal } from '@preact/signals'
import type { FilePicture } from '../spectrogram/file.ts'

export type Tool = 'point' | 'lasso' | 'rectangle' | 'brush' | 'harmonic' | 'eraser'
/** Into the chosen source; away from it; or into it and away from every other. */
export type Stroke = 'paint' | 'remove' | 'push'

export const painting = {
  /** The file that the paint belongs to; null before any. */
  of: signal<string | null>(null),
  tool: signal<Tool>('point'),
  stroke: signal<Stroke>('paint'),
  /** Height of the brush in octaves; its width in time looks the same. */
  width: signal(1 / 3),
  /** 0…1: how sure the paint is. */
  strength: signal(1),
  /** 0…1: how much of an area is its edge. */
  soft: signal(0.1),
  /** Of the harmonic brush: fundamental and overtones. */
  partials: signal(12),
  /** False shows energy alone. */
  owners: signal(true),
  contested: signal(false),
  diffuse: signal(false),
  wrapped: signal(false),
  /** Painted areas that are selected, all of one source. */
  selected: signal<{ readonly source: number; readonly areas: readonly number[] }>({ source: -1, areas: [] }),
  /** A gesture goes on: the view stays where it is. */
  busy: signal(false),
  /** The cross that the keyboard moves. */
  cross: signal<{ readonly seconds: number; readonly hertz: number } | null>(null),
}

/** The picture of the file that is open. */
export const picture = signal<FilePicture | null>(null)
