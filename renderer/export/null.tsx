// Whether what was written adds up: the figure, each file's share of it beside the input, and what both mean.

import type { ExportRun } from './export.ts'
import { clippingOf, db, overOf, verdictOf } from './verdict.ts'
import { DASH } from '../format.ts'
import { Icon } from '../icons.tsx'

export const Null = ({ run }: { run: ExportRun }) => {
  const { written, wish: { bits, placed }, refined } = run
  if (!written) return null
  const made = { bits, placed, refined }
  const { tone, text } = verdictOf(written, made)
  const clipping = clippingOf(written, made)
  const over = overOf(written, made)
  const stems = written.files.filter(({ holds }) => holds !== 'mix')
  const left = written.nullDb === null ? null : 10 ** (written.nullDb / 20)
  return (
    <div class="export-card export-null">
      <p class={`export-figure ${tone}`}><b>{written.nullDb === null ? DASH : db(written.nullDb)}</b><span>dB null</span><span class="grow" />
        {tone !== 'none' && <Icon name={tone === 'ok' ? 'check' : 'warning'} size={20} />}</p>
      {left !== null && (
        <div class="export-shares" role="img" aria-label={`Shares of the energy: ${stems.map(({ name }, i) => `${name.replace(/\.wav$/, '')} ${Math.round(100 * written.shares[i]!)} %`).join(', ')}`}>
          <span class="faint">Sum</span><div>{stems.map(({ name, holds }, i) => <i key={name} style={{ flexGrow: written.shares[i], background: typeof holds === 'number' ? `var(--s${holds % 8 + 1})` : 'var(--rest)' }} />)}</div>
          <span class="faint">Input</span><div><i class="whole" /></div>
          <span class="faint">Left over</span><div class="left"><i class={tone} style={{ width: `max(2px, ${100 * Math.min(1, left)}%)` }} /><small>{left < 0.005 ? 'drawn to scale: too small to see' : ''}</small></div>
        </div>
      )}
      <p>{text}</p>
      {clipping && <p class="export-clipped"><Icon name="warning" size={14} /><span>{clipping}</span></p>}
      {over && <p class="faint">{over}</p>}
    </div>
  )
}
