// When something was, as a person says it.

const two = (x: number): string => String(x).padStart(2, '0')
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const dayOf = (date: Date): number => Math.floor(new Date(date.getFullYear(), date.getMonth(), date.getDate(), 12).getTime() / 86_400_000)

/** "Today 16:20", "Yesterday", "12 Nov", "12 Nov 2025". */
export function timeOf(then: Date, now: Date): string {
  const days = dayOf(now) - dayOf(then)
  if (days === 0) return `Today ${two(then.getHours())}:${two(then.getMinutes())}`
  if (days === 1) return 'Yesterday'
  const day = `${then.getDate()} ${MONTHS[then.getMonth()]!}`
  return then.getFullYear() === now.getFullYear() ? day : `${day} ${then.getFullYear()}`
}
