// The help: a panel over whatever is there, which goes on. Escape closes it, and what had the focus gets it back.

import { useEffect, useRef } from 'preact/hooks'
import { Icon } from '../icons.tsx'
import { KeyMap } from './key-map.tsx'
import { Routing } from './routing.tsx'
import { closeHelp, help, helpPages, openHelp } from './state.ts'
import type { HelpPage } from './state.ts'
import { MicrophoneHelp, NotesHelp, UnmixHelp } from './uses.tsx'

const bodies: Readonly<Record<HelpPage, () => preact.JSX.Element>> = {
  keys: KeyMap, microphone: MicrophoneHelp, call: Routing, unmix: UnmixHelp, notes: NotesHelp,
}

export const Help = () => {
  const page = help.open.value
  const panel = useRef<HTMLElement>(null)
  const body = useRef<HTMLDivElement>(null)
  useEffect(() => { if (page !== null) panel.current?.focus() }, [page !== null])
  useEffect(() => { if (body.current) body.current.scrollTop = 0 }, [page])
  if (page === null) return null
  const Body = bodies[page]
  return (
    <section ref={panel} class="help" role="dialog" aria-label={helpPages[page]} tabIndex={-1}
      onKeyDown={(event) => { if (event.key === 'Escape') { event.stopPropagation(); event.preventDefault(); closeHelp() } }}>
      <nav aria-label="Help">
        {(Object.keys(helpPages) as HelpPage[]).map((name) => (
          <button key={name} type="button" aria-current={name === page ? 'page' : undefined} onClick={() => openHelp(name)}>{helpPages[name]}</button>
        ))}
      </nav>
      <div class="help-main">
        <div class="help-title"><h2>{helpPages[page]}</h2><span class="grow" />
          <button type="button" class="button ghost square" aria-label="Close" title="Close (Esc)" onClick={closeHelp}><Icon name="close" /></button></div>
        <div ref={body} class="help-body" tabIndex={0} role="region" aria-label={helpPages[page]}><Body /></div>
      </div>
    </section>
  )
}

export const HelpButton = () => (
  <button type="button" class="button ghost square help-button" aria-label="Help" title="Keys and help (?)" aria-expanded={help.open.value !== null}
    onClick={() => { if (help.open.peek() === null) openHelp('keys'); else closeHelp() }}><Icon name="help" /></button>
)
