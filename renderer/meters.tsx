// Input and output meters: the peak rises at once, falls at 26 dB per second, and its highest point stands for a while.

import type { Signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Fact } from '../worklet/frame.ts'
import { decibels } from './format.ts'
import { watch } from './frames.ts'
import { measured } from './state.ts'

const BOTTOM = -60 // dB
const FALL = 26 // dB per second
const HOLD = 1.5 // seconds

interface MeterProps { readonly label: string; readonly name: string; readonly fact: Fact; readonly peak: Signal<number | null> }

const Meter = ({ label, name, fact, peak }: MeterProps) => {
  const bar = useRef<HTMLElement>(null)
  useEffect(() => {
    let level = -Infinity
    let highest = -Infinity
    let age = 0
    let arrived = 0
    const percent = (db: number): string => `${Math.max(0, Math.min(1, 1 - db / BOTTOM)) * 100}%`
    return watch({
      frame(frame) { arrived = Math.max(arrived, frame.fact(fact)) },
      draw(_fresh, elapsed) {
        const now = 20 * Math.log10(arrived + 1e-12)
        arrived = 0
        level = Math.max(now, level - FALL * elapsed)
        if (peak.peek() === null) level = highest = now // nothing is measured any more: no bar goes on claiming it
        age += elapsed
        if (level >= highest || age > HOLD) { highest = level; age = 0 }
        bar.current?.style.setProperty('--v', percent(level))
        bar.current?.style.setProperty('--p', highest > BOTTOM ? percent(highest) : '-2%')
      },
    })
  }, [fact, peak])
  const { value } = peak
  return (
    <>
      <span>{label}</span>
      <span class="meter" role="meter" aria-label={name} aria-valuemin={BOTTOM} aria-valuemax={0}
        aria-valuenow={value === null ? BOTTOM : Math.round(Math.max(BOTTOM, Math.min(0, 20 * Math.log10(value + 1e-12))))}
        aria-valuetext={value === null ? 'not measured' : `${decibels(value)} dB`}><i ref={bar} /></span>
      <span class={`meter-figure${value !== null && value > 1 ? ' over' : ''}`}>{decibels(value)}</span>
    </>
  )
}

export const Meters = () => (
  <div class="meters">
    <Meter label="In" name="Input level" fact="inputPeak" peak={measured.inputPeak} />
    <Meter label="Out" name="Output level" fact="outputPeak" peak={measured.outputPeak} />
  </div>
)
