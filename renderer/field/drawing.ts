// Places and the hand over the map: markers, areas, handles, suggested peaks, what is being drawn, and the cross.

import { passageKey } from '../../worklet/covariance.ts'
import type { Covariances } from '../../worklet/covariance.ts'
import type { LearnedPlace, Selection } from '../../worklet/selection.ts'
import { token } from '../canvas.ts'
import { sourceColour } from '../colour.ts'
import { capital } from '../format.ts'
import { trackOf } from './learned.ts'
import { handlesOf } from './handles.ts'
import type { Handle } from './handles.ts'
import { isArea, isPoint, markOf, outlineOf, hertzToPixel, levelToPixel, delayToPixel, taken } from './geometry.ts'
import type { Pixel, Plot } from './geometry.ts'
import type { Spot, Suggested } from './state.ts'

export interface Scene {
  readonly selection: Selection
  readonly covariances: Covariances
  readonly chosen: number | null
  readonly chosenPlace: number | null
  readonly peaks: readonly Suggested[]
  /** Under the pointer. */
  readonly hover: { readonly source: number; readonly place: number } | null
  /** Sources to show strongly, because another view points at them. */
  readonly lit: number | null
  /** What the hand is drawing: a line, closed when it will be. */
  readonly draft: { readonly points: readonly Pixel[]; readonly closed: boolean } | null
  readonly brush: { readonly at: Pixel; readonly radius: number } | null
  /** The peak that a place is pulled onto. */
  readonly snapped: Suggested | null
  /** The keyboard's cross, or the spot that the spectrogram points at. */
  readonly cross: Spot | null
  /** Corners that the keyboard has set. */
  readonly corners: readonly Spot[]
  readonly focused: boolean
}

const HALO = 'rgba(8,8,10,.82)'

function stroked(context: CanvasRenderingContext2D, colour: string, width: number, path: () => void): void {
  path()
  context.strokeStyle = HALO
  context.lineWidth = width + 2.5
  context.stroke()
  path()
  context.strokeStyle = colour
  context.lineWidth = width
  context.stroke()
}

const trace = (context: CanvasRenderingContext2D, points: readonly Pixel[], closed: boolean): void => {
  context.beginPath()
  points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)))
  if (closed) context.closePath()
}

export function drawScene(context: CanvasRenderingContext2D, plot: Plot, scene: Scene): void {
  const { left, top, width, height } = plot
  context.save()
  context.beginPath()
  context.rect(left, top, width, height)
  context.clip()
  context.lineJoin = 'round'
  drawPeaks(context, plot, scene)
  scene.selection.sources.forEach((_, source) => { if (source !== scene.chosen) drawPlaces(context, plot, scene, source) })
  if (scene.chosen !== null && scene.selection.sources[scene.chosen]) drawPlaces(context, plot, scene, scene.chosen)
  drawHand(context, plot, scene)
  context.restore()
}

function drawPeaks(context: CanvasRenderingContext2D, plot: Plot, { peaks, selection, snapped }: Scene): void {
  for (const peak of peaks) {
    if (taken(selection, peak)) continue
    const { at: [x, y], outside } = markOf(plot, peak.level, peak.delay)
    if (outside) continue
    stroked(context, peak === snapped ? token('--accent') : 'rgba(238,236,232,.9)', 1.2, () => {
      context.beginPath()
      for (const [dx, dy] of [[0, -7], [0, 7], [-7, 0], [7, 0]] as const) {
        context.moveTo(x + dx * 0.45, y + dy * 0.45)
        context.lineTo(x + dx, y + dy)
      }
    })
  }
}

function drawPlaces(context: CanvasRenderingContext2D, plot: Plot, scene: Scene, source: number): void {
  const { places = [], mute, band } = scene.selection.sources[source]!
  const colour = sourceColour(source)
  context.globalAlpha = mute ? 0.4 : 1
  places.forEach((place, i) => {
    const isChosen = source === scene.chosen && i === scene.chosenPlace
    const strong = isChosen || scene.lit === source || (scene.hover?.source === source && scene.hover.place === i)
    if (isArea(place)) {
      const outline = outlineOf(plot, place.polygon, band)
      trace(context, outline, true)
      context.fillStyle = colour + (strong ? '3a' : '1c')
      context.fill()
      stroked(context, colour, strong ? 2 : 1.4, () => trace(context, outline, true))
      chip(context, plot, source, outline.reduce((a, b) => (b[1] < a[1] ? b : a)))
    } else if (isPoint(place)) {
      const { at, outside } = markOf(plot, place.level, place.delay)
      if (plot.view === 'frequency') drawColumn(context, plot, place.level, band, colour, strong)
      marker(context, at, colour, strong, outside)
      chip(context, plot, source, [at[0], at[1] - 4])
    }
    else drawLearned(context, plot, scene, source, place, strong)
    if (!isChosen) return
    const handles = handlesOf(plot, scene.selection.sources, source, i)
    if (isPoint(place)) whiskers(context, handles, colour, 'width' in place)
    for (const { at } of handles) knob(context, at, scene.snapped !== null)
  })
  context.globalAlpha = 1
}

/** A learned place: dashed, for it is no point; against frequency its level at each. */
function drawLearned(
  context: CanvasRenderingContext2D, plot: Plot, { covariances }: Scene, source: number, { learned }: LearnedPlace, strong: boolean,
): void {
  const covariance = covariances[passageKey(learned)]
  if (!covariance) return
  const { level, delay, levels } = trackOf(covariance)
  const { at } = markOf(plot, level, delay)
  const colour = sourceColour(source)
  context.setLineDash([3, 3])
  if (plot.view === 'frequency') {
    const line = levels.map(([hertz, dB]): Pixel => [levelToPixel(plot, dB), hertzToPixel(plot, hertz)])
    stroked(context, colour, strong ? 2 : 1.4, () => trace(context, line, false))
  } else stroked(context, strong ? '#ffffff' : colour, strong ? 2 : 1.6, () => {
    context.beginPath()
    context.arc(at[0], at[1], 11, 0, 2 * Math.PI)
  })
  context.setLineDash([])
  chip(context, plot, source, [at[0], at[1] - 8])
}

/** A point against frequency: a line over the frequencies that its source may have. */
function drawColumn(
  context: CanvasRenderingContext2D, plot: Plot, level: number, band: readonly [number, number] | undefined, colour: string, strong: boolean,
): void {
  const x = levelToPixel(plot, level)
  const [low, high] = band ? [hertzToPixel(plot, band[0]), hertzToPixel(plot, band[1])] : [plot.top + plot.height, plot.top]
  stroked(context, colour, strong ? 2 : 1.2, () => {
    context.beginPath()
    context.moveTo(x, low)
    context.lineTo(x, high)
    if (band) for (const y of [low, high]) { context.moveTo(x - 6, y); context.lineTo(x + 6, y) }
  })
}

function marker(context: CanvasRenderingContext2D, [x, y]: Pixel, colour: string, strong: boolean, outside: boolean): void {
  if (outside) context.setLineDash([2, 2])
  stroked(context, strong ? '#ffffff' : colour, strong ? 2 : 1.6, () => {
    context.beginPath()
    context.arc(x, y, strong ? 7.5 : 6.5, 0, 2 * Math.PI)
  })
  context.setLineDash([])
  context.beginPath()
  context.arc(x, y, 3, 0, 2 * Math.PI)
  context.fillStyle = colour
  context.fill()
}

/** The number of a source, as its row has it. */
function chip(context: CanvasRenderingContext2D, { left, top, width }: Plot, source: number, [x, y]: Pixel): void {
  const high = y - 26 >= top + 2
  const [cx, cy] = [Math.min(left + width - 11, Math.max(left + 11, x)), high ? y - 17 : y + 21]
  context.beginPath()
  context.roundRect(cx - 9, cy - 9, 18, 18, 4)
  context.fillStyle = HALO
  context.lineWidth = 2
  context.strokeStyle = HALO
  context.stroke()
  context.fillStyle = sourceColour(source)
  context.fill()
  context.fillStyle = '#101012'
  context.font = `700 11px ${token('--font')}`
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  context.fillText(String(source + 1), cx, cy + 0.5)
}

/** Lines between the handles of a width; dashed where the neighbours set it. */
function whiskers(context: CanvasRenderingContext2D, handles: readonly Handle[], colour: string, own: boolean): void {
  const ends = handles.filter(({ name }) => name !== 'Band of').map(({ at }) => at)
  context.setLineDash(own ? [] : [3, 4])
  stroked(context, colour, 1.2, () => {
    context.beginPath()
    for (let i = 0; i + 1 < ends.length; i += 2) { context.moveTo(...ends[i]!); context.lineTo(...ends[i + 1]!) }
    if (ends.length === 4) for (const side of [0, 1]) { context.moveTo(...ends[side]!); context.lineTo(...ends[side + 2]!) }
  })
  context.setLineDash([])
}

function knob(context: CanvasRenderingContext2D, [x, y]: Pixel, snapped: boolean): void {
  context.fillStyle = HALO
  context.fillRect(x - 5, y - 5, 10, 10)
  context.fillStyle = snapped ? token('--accent') : '#ffffff'
  context.fillRect(x - 3.5, y - 3.5, 7, 7)
}

function drawHand(context: CanvasRenderingContext2D, plot: Plot, { draft, brush, snapped, cross, corners, focused, selection, chosen }: Scene): void {
  if (draft && draft.points.length > 1) {
    const colour = chosen !== null && selection.sources[chosen] ? sourceColour(chosen) : '#ffffff'
    trace(context, draft.points, true)
    context.fillStyle = colour + '2a'
    context.fill()
    stroked(context, colour, 1.6, () => trace(context, draft.points, draft.closed))
  }
  if (brush) stroked(context, 'rgba(255,255,255,.9)', 1.2, () => {
    context.beginPath()
    context.arc(brush.at[0], brush.at[1], brush.radius, 0, 2 * Math.PI)
  })
  const set = [...corners, ...corners.length && cross ? [cross] : []].map((spot): Pixel =>
    [levelToPixel(plot, spot.level), plot.view === 'delay' ? delayToPixel(plot, spot.delay ?? 0) : hertzToPixel(plot, spot.hertz ?? 0)])
  if (set.length > 1) stroked(context, token('--accent'), 1.4, () => trace(context, set, false))
  for (const each of corners.length ? set : []) knob(context, each, false)
  if (snapped) label(context, plot, `peak ${figures(snapped.level, snapped.delay)}`, markOf(plot, snapped.level, snapped.delay).at)
  if (cross) {
    const x = levelToPixel(plot, cross.level)
    const [at, toPixel] = plot.view === 'delay' ? [cross.delay, delayToPixel] as const : [cross.hertz, hertzToPixel] as const
    const y = at === null ? null : toPixel(plot, at)
    stroked(context, focused ? token('--accent') : 'rgba(255,255,255,.85)', 1, () => {
      context.beginPath()
      const reach = y === null ? plot.height : 10
      const middle = y ?? plot.top + plot.height / 2
      context.moveTo(x, middle - reach)
      context.lineTo(x, middle + reach)
      if (y !== null) { context.moveTo(x - 10, y); context.lineTo(x + 10, y) }
    })
  }
}

export function figures(level: number, delay: number): string {
  const whole = Math.round(delay)
  return `${levelText(level)}, ${(whole > 0 ? '+' : '') + String(whole + 0).replace('-', '−')} µs`
}
/** Beyond the linear axis a level is only known to be far to one side. */
export const levelText = (level: number): string => (Math.abs(level) > 40 ? `hard ${level < 0 ? 'left' : 'right'}`
  : `${((level > 0 ? '+' : '') + level.toFixed(1)).replace('-', '−').replace('−0.0', '0.0').replace('+0.0', '0.0')} dB`)

function label(context: CanvasRenderingContext2D, { left, width, top, height }: Plot, text: string, [x, y]: Pixel): void {
  context.font = `500 11px ${token('--font')}`
  const wide = context.measureText(text).width + 12
  const cx = Math.min(left + width - wide - 3, Math.max(left + 3, x - wide / 2))
  const cy = y + 44 > top + height ? y - 46 : y + 22
  context.beginPath()
  context.roundRect(cx, cy, wide, 20, 3)
  context.fillStyle = 'rgba(13,13,15,.9)'
  context.fill()
  context.fillStyle = token('--text')
  context.textAlign = 'left'
  context.textBaseline = 'middle'
  context.fillText(text, cx + 6, cy + 10.5)
}

/** The scene in words, for whoever does not see it. */
export const described = ({ sources }: Selection, peaks: readonly Suggested[]): string[] => [
  ...sources.flatMap(({ name, places = [] }) => places.map((place, i) => `${capital(name)}, place ${i + 1}: ${
    isPoint(place) ? figures(place.level, place.delay) : isArea(place) ? `an area of ${place.polygon.length} corners`
      : `learned from ${place.learned.from.toFixed(1)} to ${place.learned.to.toFixed(1)} s`}`)),
  ...peaks.map(({ level, delay, weight }) => `Suggested: ${figures(level, delay)}, ${Math.round(100 * weight)} % of the highest`),
]
