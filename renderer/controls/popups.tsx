// The menu and the box for typing, as the page puts them up once. They hold no sound and stop none; Escape and any press
// elsewhere close them, and what opened them gets the focus back.

import { useSignal } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { textOf, valueOf } from './amount.ts'
import { entry, host, menu } from './popup.ts'
import { Icon } from '../icons.tsx'

const EDGE = 8

/** Stays inside of the window, whatever opened it. */
function useInside(x: number, y: number, zoom: number) {
  const box = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const { offsetWidth, offsetHeight, style } = box.current!
    style.left = `${Math.max(EDGE, Math.min(x, innerWidth / zoom - offsetWidth - EDGE))}px`
    style.top = `${Math.max(EDGE, Math.min(y + 2, innerHeight / zoom - offsetHeight - EDGE))}px`
  }, [x, y, zoom])
  return box
}

const Menu = ({ x, y, zoom, back, title, items }: NonNullable<typeof menu.value>) => {
  const box = useInside(x, y, zoom)
  useLayoutEffect(() => { box.current!.querySelector('button')?.focus() }, [items])
  const close = (): void => {
    menu.value = null
    back.focus()
  }
  const move = (by: number): void => {
    const buttons = [...box.current!.querySelectorAll<HTMLButtonElement>('button:not(:disabled)')]
    buttons[(buttons.indexOf(document.activeElement as HTMLButtonElement) + by + buttons.length) % buttons.length]?.focus()
  }
  return (
    <div ref={box} class="popup" role="menu" aria-label={title} onKeyDown={(event) => {
      if (event.key === 'Escape' || event.key === 'Tab') close()
      else if (event.key === 'ArrowDown') move(1)
      else if (event.key === 'ArrowUp') move(-1)
      else if (event.key !== 'Enter' && event.key !== ' ') return event.stopPropagation()
      else return event.stopPropagation()
      event.preventDefault()
      event.stopPropagation()
    }}>
      {items().map(({ label, note, hint, disabled, checked, stays, run }) => (
        <button key={label} type="button" role={checked === undefined ? 'menuitem' : 'menuitemcheckbox'} aria-checked={checked} disabled={disabled} title={hint}
          onClick={() => { if (!stays) close(); run() }}>
          {checked !== undefined && <span class="popup-check">{checked && <Icon name="check" size={12} />}</span>}
          <span class="grow">{label}</span>{note && <small>{note}</small>}
        </button>
      ))}
    </div>
  )
}

const Entry = ({ x, y, zoom, back, row, label, value, take }: NonNullable<typeof entry.value>) => {
  const box = useInside(x, y, zoom)
  const wrong = useSignal<string | null>(null)
  const input = useRef<HTMLInputElement>(null)
  useLayoutEffect(() => {
    input.current!.focus()
    input.current!.select()
  }, [])
  const close = (): void => {
    entry.value = null
    back.focus()
  }
  return (
    <div ref={box} class="popup popup-entry" role="group" aria-label={label}>
      <label><span>{label}</span>
        <input ref={input} type="text" class="well-input" inputMode="decimal" spellcheck={false} autocomplete="off" aria-invalid={wrong.value !== null}
          defaultValue={textOf(row, value)} onInput={() => { wrong.value = null }} onKeyDown={(event) => {
            if (event.key !== 'Enter' && event.key !== 'Escape') return
            event.stopPropagation()
            if (event.key === 'Escape') return close()
            try {
              take(valueOf(row, event.currentTarget.value))
              close()
            } catch (error) {
              wrong.value = (error as Error).message
            }
          }} /></label>
      <small class={wrong.value === null ? 'faint' : 'danger-text'} role={wrong.value === null ? undefined : 'alert'}>{wrong.value ?? `${textOf(row, row.min)} to ${textOf(row, row.max)}`}</small>
    </div>
  )
}

export const Popups = () => {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    host(true)
    const press = (event: Event): void => { if (!box.current?.contains(event.target as Node)) menu.value = entry.value = null }
    addEventListener('pointerdown', press, { capture: true })
    return () => {
      host(false)
      removeEventListener('pointerdown', press, { capture: true })
    }
  }, [])
  return (
    <div ref={box}>
      {menu.value && <Menu key={menu.value.title} {...menu.value} />}
      {entry.value && <Entry key={entry.value.label} {...entry.value} />}
    </div>
  )
}
