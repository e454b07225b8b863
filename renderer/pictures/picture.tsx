// A canvas that is drawn once, and again when its size changes.

import { useEffect, useRef } from 'preact/hooks'
import { brush, fit } from '../canvas.ts'

export interface PictureProps {
  draw(context: CanvasRenderingContext2D, width: number, height: number): void
  /** What it shows, for whoever does not see it; without one it is decoration. */
  readonly label?: string
  readonly className?: string
}

export const Picture = ({ draw, label, className }: PictureProps) => {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const target = canvas.current!
    const paint = (): void => {
      if (target.clientWidth === 0) return
      fit(target)
      const context = brush(target, true)
      if (context) draw(context, target.clientWidth, target.clientHeight)
    }
    const resized = new ResizeObserver(paint)
    resized.observe(target)
    return () => resized.disconnect()
  }, [draw])
  return <canvas ref={canvas} class={className} {...(label === undefined ? { 'aria-hidden': 'true' } : { role: 'img', 'aria-label': label })} />
}
