// Into a call: how another program hears what Winnow sends on, on each system.

import { host } from '../host.ts'

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
    'In Winnow, after “to”, choose CABLE Input.',
    'In the call, choose CABLE Output as the microphone.',
  ] },
  { system: 'macOS', platform: 'darwin', steps: [
    'Install BlackHole 2ch, a free virtual cable, and open Winnow again.',
    'In Winnow, after “to”, choose BlackHole 2ch.',
    'In the call, choose BlackHole 2ch as the microphone, and your headphones as the speaker.',
  ] },
  { system: 'Linux (PipeWire or PulseAudio)', platform: 'linux', lines: [
    'pactl load-module module-null-sink sink_name=winnow sink_properties=device.description=Winnow',
    'pactl load-module module-remap-source master=winnow.monitor source_name=winnow_microphone source_properties=device.description=Winnow-Microphone',
  ], steps: [
    'Run the two lines above; they hold until you log out.',
    'In Winnow, after “to”, choose Winnow; in the call, choose Winnow-Microphone.',
  ] },
]

/** The system that this is, first. */
export function platform(): string {
  const known = host().platform
  if (known !== 'browser') return known
  const agent = navigator.userAgent
  return /Windows/.test(agent) ? 'win32' : /Mac OS/.test(agent) ? 'darwin' : 'linux'
}

const BOXES = [['Microphone', 'what you say'], ['Winnow', 'takes the room away'], ['Virtual cable', 'an output, and a microphone'], ['The call', 'hears the voice']] as const

const Chain = () => (
  <svg class="help-chain" viewBox="0 0 640 74" role="img" aria-label="From the microphone to Winnow, from Winnow to a virtual cable, from the cable into the call">
    {BOXES.map(([name, what], i) => (
      <g key={name} transform={`translate(${i * 165} 0)`}>
        <rect x="1" y="8" width="143" height="58" rx="8" class={i === 1 ? 'is-ours' : ''} />
        <text x="72" y="34">{name}</text><text x="72" y="52" class="faint">{what}</text>
        {i < BOXES.length - 1 && <path d="M147 37h13M156 33l4 4-4 4" />}
      </g>
    ))}
  </svg>
)

export const Routing = () => {
  const here = platform()
  return (
    <>
      <p>A program for calls hears Winnow through a virtual cable: an output that Winnow plays to, and that other programs see as a microphone.
        In the call, switch off its own noise suppression: two cleanings fight.</p>
      <Chain />
      {[...ways].sort((a, b) => Number(b.platform === here) - Number(a.platform === here)).map(({ system, lines = [], steps }) => (
        <section key={system}>
          <h3>{system}</h3>
          {lines.map((line) => <p key={line}><code>{line}</code></p>)}
          <ol>{steps.map((step) => <li key={step}>{step}</li>)}</ol>
        </section>
      ))}
      <p class="faint">To hear yourself, choose headphones after “to”; loudspeakers would feed back into the microphone.</p>
    </>
  )
}
