// The app's own page with a door for tests: notes can be played from outside, and the panel stands in a corner wherever
// the page has it. Built by midi-app.ts.

import { render } from 'preact'
import '../renderer/page.tsx'
import { currentContext } from '../renderer/engine.ts'
import * as out from '../renderer/midi/out.ts'
import { MidiPanel } from '../renderer/midi/panel.tsx'
import { midi } from '../renderer/midi/state.ts'
import { state } from '../renderer/state.ts'

declare global {
  interface Window { readonly winnowMidi: { readonly out: typeof out; readonly midi: typeof midi; readonly state: typeof state; readonly context: typeof currentContext } }
}

Object.assign(window, { winnowMidi: { out, midi, state, context: currentContext } })
const corner = document.createElement('div')
corner.id = 'corner'
Object.assign(corner.style, { position: 'fixed', right: '8px', bottom: '8px', zIndex: '50' })
document.body.append(corner)
render(<MidiPanel />, corner)
