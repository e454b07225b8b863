// What is under the pointer, or under the keyboard's cross: note, cents, hertz, level, whose it is.

import { capital, figure, withUnit } from '../format.ts'
import { probed } from '../spectrogram/file.ts'
import type { Probe } from '../spectrogram/messages.ts'
import { state } from '../state.ts'

const NOTES = ['C', 'C♯', 'D', 'E♭', 'E', 'F', 'F♯', 'G', 'A♭', 'A', 'B♭', 'B']

/** "F4 −1 cent": the nearest note of the tempered scale at 440 Hz. */
export function noteText(hertz: number): string {
  const pitch = 69 + 12 * Math.log2(hertz / 440)
  const nearest = Math.round(pitch)
  const cents = Math.round(100 * (pitch - nearest))
  const name = `${NOTES[(nearest + 120) % 12]}${Math.floor(nearest / 12) - 1}`
  return cents === 0 ? name : `${name} ${cents > 0 ? '+' : '−'}${Math.abs(cents)} cent${Math.abs(cents) === 1 ? '' : 's'}`
}

export const hertzText = (hertz: number): string => (hertz >= 10_000 ? `${figure(hertz / 1000, 2)} kHz` : `${figure(hertz, hertz < 100 ? 1 : 0)} Hz`)

interface Share { readonly name: string; readonly share: number; readonly colour: string }

function sharesOf({ shares }: Probe): Share[] {
  if (!shares) return []
  const named = state.selection.value.sources.map(({ name }, i) => ({ name: capital(name), share: shares[i] ?? 0, colour: `var(--s${i % 8 + 1})` }))
  return [...named, { name: 'Rest', share: Math.max(0, 1 - shares.reduce((sum, x) => sum + x, 0)), colour: 'var(--line-strong)' }]
}

const strongest = (shares: readonly Share[]): string =>
  [...shares].sort((a, b) => b.share - a.share).filter(({ share }) => share >= 0.005).slice(0, 2)
    .map(({ name, share }) => `${name} ${figure(100 * share)} %`).join(', ')

/** Beside the pointer, and on its other side near the right and lower edges. */
export const Readout = ({ x, y, width, height }: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }) => {
  const known = probed.value
  if (!known) return null
  const shares = sharesOf(known)
  return (
    <div class="readout" aria-hidden="true"
      style={{ left: `${x + 212 > width ? x - 204 : x + 18}px`, top: `${y + 96 > height ? y - 84 : y + 18}px` }}>
      <div class="readout-top">
        <b>{noteText(known.hertz)}</b><span>{hertzText(known.hertz)}</span><span>{withUnit(known.level, 'dB')}</span>
      </div>
      {shares.length > 0 && (
        <div class="readout-bar">
          {shares.map(({ name, share, colour }) => <i key={name} style={{ flexGrow: Math.round(1000 * share), background: colour }} />)}
        </div>
      )}
      <div class="readout-text">{shares.length > 0 ? strongest(shares) : 'Whose it is, is not known yet'}</div>
    </div>
  )
}

/** The same as a sentence, for the cross of the keyboard. */
export const readoutText = (known: Probe): string =>
  `${noteText(known.hertz)}, ${hertzText(known.hertz)}, ${known.level === null ? 'level not known yet' : `${figure(known.level)} dB`}`
  + (known.shares ? `. ${strongest(sharesOf(known))}` : '')
