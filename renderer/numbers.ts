// Arithmetic that more than one view needs.

export const clamp = (x: number, low: number, high: number): number => Math.min(high, Math.max(low, x))
