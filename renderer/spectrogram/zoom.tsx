// Closer and further without a wheel.

import { heardAt } from '../frames.ts'
import { painting, picture } from '../painting/state.ts'
import { isWhole, view, whole, zoomHertz, zoomTime } from './view.ts'

/** Round the cross, the playhead or the middle of what is shown; `length` of the file in seconds. */
export function zoom(factor: number, hertz: boolean, length: number): void {
  const now = view.peek()
  const axis = picture.peek()?.axis
  const cross = painting.cross.peek()
  const isShown = (t: number | null | undefined): t is number => typeof t === 'number' && t >= now.from && t <= now.from + now.seconds
  const time = [cross?.seconds, heardAt()].find(isShown) ?? now.from + now.seconds / 2
  const row = cross && axis ? axis.row(cross.hertz) : (now.low + now.high) / 2
  view.value = hertz ? zoomHertz(now, factor, row, length) : zoomTime(now, factor, time, length)
}

export const Zoom = ({ seconds }: { readonly seconds: number }) => (
  <div class="zoom" role="group" aria-label="Zoom">
    <button type="button" aria-label="Show more time" title="Show more time (− in the picture, or Ctrl and the wheel)"
      disabled={view.value.seconds >= seconds} onClick={() => zoom(1.6, false, seconds)}>−</button>
    <button type="button" aria-label="Show less time" title="Show less time (+ in the picture, or Ctrl and the wheel)"
      onClick={() => zoom(0.625, false, seconds)}>+</button>
    <button type="button" aria-label="Show all of the file" title="Show the whole file and every frequency"
      disabled={isWhole(view.value, seconds)} onClick={() => { view.value = whole(seconds) }}>All</button>
  </div>
)
