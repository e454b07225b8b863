// A bar with the time that remains, on a terminal and only there: in a pipe nothing is said until the end.

export interface Writer {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

export interface Progress {
  /** Share of the work that is done, 0 to 1, and what else is worth a few letters. */
  report(share: number, detail?: string): void
  /** Wipes the bar, so that what follows begins on a clean line. */
  clear(): void
}

const BAR = 24
const EVERY = 100 // ms between two drawings
const SETTLED = 1000 // ms before the remaining time is worth saying

const clock = (seconds: number): string => {
  const whole = Math.max(0, Math.ceil(seconds))
  const two = (n: number): string => String(n).padStart(2, '0')
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}

const LEVELS = '▁▂▃▄▅▆▇█'
const CURVE = 16

/** The course of a loss in a few letters, from its first value to its least; each the last of its stretch. */
export function sparkline(values: readonly number[]): string {
  const width = Math.min(CURVE, values.length)
  const shown = Array.from({ length: width }, (_, i) => values[Math.ceil(((i + 1) * values.length) / width) - 1]!)
  const least = Math.min(...values), most = Math.max(...values)
  return shown.map((x) => LEVELS[most > least ? Math.round(((x - least) / (most - least)) * (LEVELS.length - 1)) : 0]).join('')
}

export const progressLine = (label: string, share: number, elapsedMs: number, detail = ''): string => {
  const full = Math.round(share * BAR)
  const remaining = share > 0 && elapsedMs >= SETTLED ? `  ${clock(elapsedMs / 1000 * (1 - share) / share)} left` : ''
  return `${label}  ${'█'.repeat(full)}${'░'.repeat(BAR - full)}  ${String(Math.floor(share * 100)).padStart(3)} %${remaining}${detail && '  ' + detail}`
}

export function progress(stderr: Writer, label: string, now: () => number = () => performance.now()): Progress {
  if (!stderr.isTTY) return { report() {}, clear() {} }
  const began = now()
  let drawn = -Infinity
  let shown = false
  return {
    report(share, detail) {
      const time = now()
      if (time - drawn < EVERY) return
      drawn = time
      shown = true
      const room = (stderr.columns || 80) - 1
      stderr.write('\r\x1b[2K' + progressLine(label, Math.max(0, Math.min(1, share)), time - began, detail).slice(0, room))
    },
    clear() {
      if (shown) stderr.write('\r\x1b[2K')
      shown = false
    },
  }
}
