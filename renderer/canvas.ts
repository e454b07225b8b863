// What every canvas of the page needs: the size of its box in the screen's own pixels, and the page's colours.

/** Of the page's styles, which never change while it is open: read once, for asking costs more than drawing. */
const tokens = new Map<string, string>()
export function token(name: string): string {
  let value = tokens.get(name)
  if (value === undefined) tokens.set(name, value = getComputedStyle(document.documentElement).getPropertyValue(name).trim())
  return value
}

/** Pixels of the screen for one of the page's: the screen's own factor, and the page's zoom on very large windows. */
export const scaleOf = (canvas: HTMLCanvasElement): number => devicePixelRatio * (canvas.currentCSSZoom ?? 1)

/** Matches the canvas to its box and the screen's pixels; returns false when nothing changed. */
export function fit(canvas: HTMLCanvasElement): boolean {
  const width = Math.round(canvas.clientWidth * scaleOf(canvas))
  const height = Math.round(canvas.clientHeight * scaleOf(canvas))
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
