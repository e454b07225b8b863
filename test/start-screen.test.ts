import { describe, expect, test } from 'vitest'
import { timeOf } from '../renderer/start/time.ts'

describe('when something was opened', () => {
  const now = new Date(2026, 10, 30, 9, 5)
  test.each([
    [new Date(2026, 10, 30, 0, 0), 'Today 00:00'],
    [new Date(2026, 10, 30, 16, 20), 'Today 16:20'],
    [new Date(2026, 10, 29, 23, 59), 'Yesterday'],
    [new Date(2026, 10, 28, 12, 0), '28 Nov'],
    [new Date(2026, 0, 1, 12, 0), '1 Jan'],
    [new Date(2025, 10, 30, 9, 5), '30 Nov 2025'],
  ])('%s is %s', (then, said) => expect(timeOf(then, now)).toBe(said))
})
