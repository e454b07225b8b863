// The middle: the spectrogram with its tools, and below it the drawer with the notes or the overview of a file.

import { capital } from './format.ts'
import { LearningPanel } from './learning/panel.tsx'
import { Drawer } from './notes/drawer.tsx'
import { PaintingBar } from './painting/bar.tsx'
import { LiveSpectrogram } from './spectrogram/live.tsx'
import { FileSpectrogram } from './spectrogram/whole.tsx'
import { state } from './state.ts'

const Legend = () => (
  <div class="legend" aria-hidden="true">
    {state.selection.value.sources.map(({ name }, i) => (
      <span key={name} style={{ color: `var(--s${i % 8 + 1})` }}>{capital(name)}</span>
    ))}
    <span>Rest</span>
  </div>
)

export const Stage = () => {
  const input = state.input.value
  const hint = input.kind === 'microphone' && state.playing.value && !state.monitoring.value
  return (
    <section class="middle" aria-label="Picture">
      <PaintingBar />
      <div class="well">
        {input.kind === 'file' ? <FileSpectrogram seconds={input.seconds} /> : <LiveSpectrogram />}
        {input.kind === 'microphone' && <Legend />}
        <LearningPanel />
        {state.loading.value && <p class="overlay" role="status">{state.loading.value}…</p>}
        {state.missing.value && !state.loading.value && <p class="overlay" role="status">“{state.missing.value.name}” is missing. All else is here.</p>}
        {input.kind === 'microphone' && input.lost && <p class="overlay lost" role="status">No signal</p>}
        {hint && !state.loading.value && (
          <p class="overlay low" role="status">
            You do not hear this yet, so that loudspeakers cannot feed back. Put on headphones, then press <b>Listen</b>.
          </p>
        )}
      </div>
      <Drawer />
    </section>
  )
}
