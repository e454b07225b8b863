// Numbers as a person reads them. A figure that was not measured is a dash, never a zero.

export const DASH = '–'
const withMinus = (text: string): string => text.replace('-', '−')

export const figure = (value: number | null, digits = 0): string =>
  value === null || Number.isNaN(value) ? DASH : withMinus(value.toFixed(digits))

export const withUnit = (value: number | null, unit: string, digits = 0): string =>
  value === null ? DASH : `${figure(value, digits)} ${unit}`

/** "48 kHz", "44.1 kHz", "11.025 kHz". */
export const kilohertz = (hertz: number): string => `${Number((hertz / 1000).toFixed(3))} kHz`

/** A linear peak in dB; silence is −∞. */
export const decibels = (linear: number | null): string =>
  linear === null ? DASH : linear > 1e-6 ? figure(20 * Math.log10(linear), 1) : '−∞'

/** "+2.5", "0.0", "−3.5", and "off" at the bottom of a fader. */
export const signed = (value: number): string => (value > 0 ? '+' : '') + figure(value, 1)

export function clock(seconds: number | null, digits = 1): string {
  if (seconds === null) return DASH
  const whole = Math.floor(seconds / 60)
  const rest = (Math.floor((seconds - whole * 60) * 10 ** digits) / 10 ** digits).toFixed(digits)
  return `${whole}:${rest.padStart(digits ? digits + 3 : 2, '0')}`
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
