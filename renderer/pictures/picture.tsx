// A canvas that is drawn once, and again when its size changes.

import { useEffect, useRef } from 'preact/hooks'
import { boxOf, brush, fit } from '../canvas.ts'

export interface PictureProps {
  /** One that takes long gives back the pieces it is drawn in: the page goes on in between. */
  draw(context: CanvasRenderingContext2D, width: number, height: number): void | Generator<void>
  /** What it shows, for whoever does not see it; without one it is decoration. */
  readonly label?: string
  readonly className?: string
}

export const Picture = ({ draw, label, className }: PictureProps) => {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const target = canvas.current!
    let soon = 0
    const paint = (): void => {
      if (boxOf(target).width === 0) return
      fit(target)
      const context = brush(target, true)
      const pieces = context && draw(context, boxOf(target).width, boxOf(target).height)
      const go = (): void => { if (pieces && !pieces.next().done) soon = window.setTimeout(go) }
      go()
    }
    // Each in a task of its own, when the page around it has been shown: it must not wait for its decoration.
    const resized = new ResizeObserver(() => {
      clearTimeout(soon)
      soon = window.setTimeout(paint)
    })
    resized.observe(target)
    return () => {
      clearTimeout(soon)
      resized.disconnect()
    }
  }, [draw])
  return <canvas ref={canvas} class={className} {...(label === undefined ? { 'aria-hidden': 'true' } : { role: 'img', 'aria-label': label })} />
}
