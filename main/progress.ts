// A bar with the time that remains, on a terminal and only there: in a pipe nothing is said until the end.

export interface Writer {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

export interface Progress {
  /** Share of the work that is done, 0 to 1. */
  report(share: number): void
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

export const progressLine = (label: string, share: number, elapsedMs: number): string => {
  const full = Math.round(share * BAR)
  const remaining = share > 0 && elapsedMs >= SETTLED ? `  ${clock(elapsedMs / 1000 * (1 - share) / share)} left` : ''
  return `${label}  ${'█'.repeat(full)}${'░'.repeat(BAR - full)}  ${String(Math.floor(share * 100)).padStart(3)} %${remaining}`
}

export function progress(stderr: Writer, label: string, now: () => number = () => performance.now()): Progress {
  if (!stderr.isTTY) return { report() {}, clear() {} }
  const began = now()
  let drawn = -Infinity
  let shown = false
  return {
    report(share) {
      const time = now()
      if (time - drawn < EVERY) return
      drawn = time
      shown = true
      const room = (stderr.columns || 80) - 1
      stderr.write('\r\x1b[2K' + progressLine(label, Math.max(0, Math.min(1, share)), time - began).slice(0, room))
    },
    clear() {
      if (shown) stderr.write('\r\x1b[2K')
      shown = false
    },
  }
}
