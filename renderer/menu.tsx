// A button with a box that it opens: the box closes when something else is pressed, or with Escape, which gives the button its
// focus back.

import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Signal } from '@preact/signals'

export const Menu = ({ open, children }: { readonly open: Signal<boolean>; readonly children: ComponentChildren }) => {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const close = (event: Event): void => { if (!box.current?.contains(event.target as Node)) open.value = false }
    addEventListener('pointerdown', close, { capture: true })
    return () => removeEventListener('pointerdown', close, { capture: true })
  }, [open])
  return (
    <div ref={box} class="menu" onKeyDown={(event) => {
      if (event.key !== 'Escape' || !open.value) return
      open.value = false
      box.current?.querySelector('button')?.focus()
      event.stopPropagation()
    }}>{children}</div>
  )
}
