// Into a call: how another program hears what Winnow sends on, on each system.

import { signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { host } from '../host.ts'
import { Icon } from '../icons.tsx'

export const help = { open: signal(false) }

interface Way {
  readonly system: string
  readonly platform: string
  /** What to type first. */
  readonly lines?: readonly string[]
  readonly steps: readonly string[]
}

const ways: readonly Way[] = [
  { system: 'Windows', platform: 'win32', steps: [
    'Install VB-CABLE, a free virtual cable, and open Winnow again.',
    'Here, after “to”, choose CABLE Input.',
    'In the call, choose CABLE Output as the microphone.',
  ] },
  { system: 'macOS', platform: 'darwin', steps: [
    'Install BlackHole 2ch, a free virtual cable, and open Winnow again.',
    'Here, after “to”, choose BlackHole 2ch.',
    'In the call, choose BlackHole 2ch as the microphone, and your headphones as the speaker.',
  ] },
  { system: 'Linux (PipeWire or PulseAudio)', platform: 'linux', lines: [
    'pactl load-module module-null-sink sink_name=winnow sink_properties=device.description=Winnow',
    'pactl load-module module-remap-source master=winnow.monitor source_name=winnow_microphone source_properties=device.description=Winnow-Microphone',
  ], steps: [
    'Run the two lines above; they hold until you log out.',
    'Here, after “to”, choose Winnow; in the call, choose Winnow-Microphone.',
  ] },
]

/** The system that this is, first. */
function platform(): string {
  const known = host().platform
  if (known !== 'browser') return known
  const agent = navigator.userAgent
  return /Windows/.test(agent) ? 'win32' : /Mac OS/.test(agent) ? 'darwin' : 'linux'
}

export const Help = () => {
  const panel = useRef<HTMLElement>(null)
  const open = help.open.value
  useEffect(() => { if (open) panel.current?.focus() }, [open])
  if (!open) return null
  const here = platform()
  const close = (): void => { help.open.value = false }
  return (
    <section ref={panel} class="live-help" role="dialog" aria-label="Into a call" tabIndex={-1}
      onKeyDown={(event) => { if (event.key === 'Escape') { event.stopPropagation(); close() } }}>
      <div class="learn-title"><h2>Into a call</h2>
        <button type="button" class="button ghost square" aria-label="Close" title="Close (Esc)" onClick={close}><Icon name="close" /></button></div>
      <p>A program for calls hears Winnow through a virtual cable: an output that Winnow plays to, and that other programs see as a microphone.
        In the call, switch off its own noise suppression: two cleanings fight.</p>
      {[...ways].sort((a, b) => Number(b.platform === here) - Number(a.platform === here)).map(({ system, lines = [], steps }) => (
        <div key={system}>
          <h3>{system}</h3>
          {lines.map((line) => <p key={line}><code>{line}</code></p>)}
          <ol>{steps.map((step) => <li key={step}>{step}</li>)}</ol>
        </div>
      ))}
      <p class="faint">To hear yourself, choose headphones after “to”; loudspeakers would feed back into the microphone.</p>
    </section>
  )
}
