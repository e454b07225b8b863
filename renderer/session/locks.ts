// Which of the browser's windows is at work on what: a lock lives as long as its window, and dies with it however it ends.

const PREFIX = 'winnow-session-'

/** Where there are none, windows cannot be told from crashes. */
export const hasLocks = (): boolean => typeof navigator !== 'undefined' && 'locks' in navigator

/** From now until this window goes, or until it is given back. Null: another window has it. */
export const hold = (id: string): Promise<(() => void) | null> => new Promise((resolve, reject) => {
  navigator.locks.request(PREFIX + id, { ifAvailable: true }, (lock) => {
    if (!lock) return resolve(null)
    return new Promise<void>((giveBack) => resolve(giveBack))
  }).catch(reject)
})

/** Ids that a window holds. */
export async function held(): Promise<Set<string>> {
  const { held: locks = [] } = await navigator.locks.query()
  return new Set(locks.flatMap(({ name }) => (name?.startsWith(PREFIX) ? [name.slice(PREFIX.length)] : [])))
}
