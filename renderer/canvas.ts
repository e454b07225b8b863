// What every canvas of the page needs: the size of its box in the screen's own pixels, and the page's colours.

/** Of the page's styles, which never change while it is open: read once, for asking costs more than drawing. */
const tokens = new Map<string, string>()
export function token(name: string): string {
  let value = tokens.get(name)
  if (value === undefined) tokens.set(name, value = getComputedStyle(document.documentElement).getPropertyValue(name).trim())
  return value
}

export interface Box { readonly width: number; readonly height: number; readonly zoom: number }

/**
 * Asking an element for its size makes the browser lay the whole page out there and then, and every picture asks in every
 * frame: it is asked again only when it may have changed.
 */
let boxes = new WeakMap<Element, Box>()
const watched = new WeakSet<Element>() // one who is watched anew is told at once, and would be asked again in every frame
const resized = typeof ResizeObserver === 'undefined' ? null : new ResizeObserver((entries) => { for (const { target } of entries) boxes.delete(target) })
if (typeof window !== 'undefined') window.addEventListener('resize', () => { boxes = new WeakMap() }) // the zoom, too

/** In the page's pixels. */
export function boxOf(canvas: HTMLCanvasElement): Box {
  let box = boxes.get(canvas)
  if (!box) {
    boxes.set(canvas, box = { width: canvas.clientWidth, height: canvas.clientHeight, zoom: canvas.currentCSSZoom ?? 1 })
    if (!watched.has(canvas)) resized?.observe(canvas)
    watched.add(canvas)
  }
  return box
}

/** Pixels of the screen for one of the page's: the screen's own factor, and the page's zoom on very large windows. */
export const scaleOf = (canvas: HTMLCanvasElement): number => devicePixelRatio * boxOf(canvas).zoom

/** Matches the canvas to its box and the screen's pixels; returns false when nothing changed. */
export function fit(canvas: HTMLCanvasElement): boolean {
  const box = boxOf(canvas)
  const width = Math.round(box.width * scaleOf(canvas))
  const height = Math.round(box.height * scaleOf(canvas))
  if (canvas.width === width && canvas.height === height) return false
  canvas.width = width
  canvas.height = height
  return true
}

/** Ready to draw in the page's pixels. */
export function brush(canvas: HTMLCanvasElement, opaque = false): CanvasRenderingContext2D | null {
  const context = canvas.getContext('2d', { alpha: !opaque })
  context?.setTransform(scaleOf(canvas), 0, 0, scaleOf(canvas), 0, 0)
  return context
}
