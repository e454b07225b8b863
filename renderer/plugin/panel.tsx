// What a host shows of the plug-in: its preset, the level of each source, the parameter table. In a shadow root, so that host
// and panel do not dress each other.

import { render } from 'preact'
import { useEffect } from 'preact/hooks'
import { useSignal } from '@preact/signals'
import { parameters } from '../../worklet/parameters.ts'
import type { Parameter, ParameterName } from '../../worklet/parameters.ts'
import type { SelectedSource } from '../../worklet/selection.ts'
import { loadPreset, presetNames, readChosen } from '../assets.ts'
import { Control } from '../controls/control.tsx'
import { Slider } from '../controls/slider.tsx'
import { NumberWell } from '../controls/well.tsx'
import type { PluginNode } from './node.ts'
import { freshState } from './state.ts'
import page from '../page.css?inline'
import tokens from '../tokens.css?inline'
import own from './plugin.css?inline'

const LEVEL: Parameter = { name: 'gain', label: 'Level', unit: 'dB', min: -60, max: 12, initial: 0, step: 0, help: 'Level of this source.' }

const Source = ({ source, onChange }: { source: SelectedSource; onChange(part: Partial<SelectedSource>): void }) => {
  const { name, gain = 0, mute = false, solo = false, invert = false } = source
  return (
    <div class="source">
      <span title={name}>{name}</span>
      <Slider row={LEVEL} value={Math.max(LEVEL.min, gain)} label={`Level of ${name}`} onChange={(value) => onChange({ gain: value })} />
      <NumberWell row={LEVEL} value={Math.max(LEVEL.min, gain)} label={`Level of ${name}`} onChange={(value) => onChange({ gain: value })} />
      <button type="button" class="toggle" aria-pressed={mute} aria-label={`Mute ${name}`} title="Mute" onClick={() => onChange({ mute: !mute })}>M</button>
      <button type="button" class="toggle" aria-pressed={solo} aria-label={`Solo ${name}`} title="Solo" onClick={() => onChange({ solo: !solo })}>S</button>
      <button type="button" class="toggle invert" aria-pressed={invert} aria-label={`Invert ${name}`} title={`Hear everything but ${name}: mutes aside, the rest at full level`} onClick={() => onChange({ invert: !invert })}>Ø</button>
    </div>
  )
}

const OWN = ''

const Panel = ({ node }: { node: PluginNode }) => {
  const state = useSignal(node.state)
  const names = useSignal<readonly string[]>([])
  const problem = useSignal<string | null>(null)
  const attempt = (work: () => Promise<void>): void => {
    problem.value = null
    work().catch((error: unknown) => { problem.value = (error as Error).message })
  }
  useEffect(() => {
    node.onChange = () => { state.value = node.state }
    node.onChange() // it may have changed while nobody looked
    attempt(async () => { names.value = await presetNames() })
    return () => { node.onChange = () => {} }
  }, [node])

  const { preset, shipped, settings, selection } = state.value
  const choose = (name: string): void => attempt(async () => node.become(freshState(await loadPreset(name), name)))
  const open = (file: File | undefined): void => {
    if (file) attempt(async () => node.become(freshState(readChosen(new Uint8Array(await file.arrayBuffer()), file.name), null)))
  }
  const turn = (name: ParameterName, value: number): void => attempt(() => node.setParameterValues({ [name]: { id: name, value, normalized: false } }))
  return (
    <div class="plugin">
      <header>
        <h1>Winnow</h1>
        <span class="picker">
          <select aria-label="Preset" value={shipped ?? OWN} onChange={(event) => { if (event.currentTarget.value !== OWN) choose(event.currentTarget.value) }}>
            {shipped === null && <option value={OWN}>{preset.name}</option>}
            {names.value.map((name) => <option key={name} value={name}>{name.replace(/\.preset$/, '')}</option>)}
          </select>
        </span>
        <label class="button">Open…
          <input type="file" class="visually-hidden" accept=".preset" aria-label="Open a preset" onChange={(event) => open(event.currentTarget.files?.[0])} />
        </label>
      </header>
      {problem.value !== null && <p class="problem" role="alert">{problem.value}</p>}
      {selection.sources.length > 0 && (
        <section aria-label="Sources">
          {selection.sources.map((source, i) => (
            <Source key={i} source={source} onChange={(part) => node.change({
              selection: { ...selection, sources: selection.sources.map((other, j) => (j === i ? { ...other, ...part } : other)) },
            })} />
          ))}
        </section>
      )}
      <section aria-label="Settings">
        {parameters.map((row) => <Control key={row.name} row={row} value={settings[row.name]} onChange={(value) => turn(row.name, value)} />)}
      </section>
    </div>
  )
}

export function createPanel(node: PluginNode): Element {
  const element = document.createElement('div')
  const root = element.attachShadow({ mode: 'open' })
  root.adoptedStyleSheets = [tokens, page, own].map((text) => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(text.replaceAll(':root', ':host'))
    return sheet
  })
  render(<Panel node={node} />, root)
  return element
}

export function destroyPanel(element: Element): void {
  if (element.shadowRoot) render(null, element.shadowRoot)
}
