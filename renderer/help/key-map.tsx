// The map of keys, drawn from the table of commands, grouped by where they apply.

import { useSignal } from '@preact/signals'
import { isMac } from '../commands/commanding.ts'
import { keyMap } from '../commands/key-map.ts'
import { keyCaps } from '../commands/keys.ts'
import { capital } from '../format.ts'

/** The parts of the map in which every word of a search is found: in the place, in what the key does, or on its cap. */
export function found(text: string, mac: boolean) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return keyMap().map((part) => ({
    ...part,
    rows: part.rows.map(({ keys, label }) => ({ caps: keys.map((key) => keyCaps(key, mac)), label })).filter(({ caps, label }) => {
      const all = `${part.title} ${label} ${caps.flat().join(' ')}`.toLowerCase()
      return words.every((word) => all.includes(word))
    }),
  })).filter(({ rows }) => rows.length > 0)
}

export const KeyMap = () => {
  const wanted = useSignal('')
  const parts = found(wanted.value, isMac())
  return (
    <>
      <label class="key-search"><span class="visually-hidden">Search the keys</span>
        <input type="text" placeholder="Search: undo, brush, F2 …" value={wanted.value} onInput={({ currentTarget }) => { wanted.value = currentTarget.value }} /></label>
      <p class="visually-hidden" role="status">{parts.reduce((sum, { rows }) => sum + rows.length, 0)} rows</p>
      <div class="key-places">
        {parts.map(({ place, title, rows }) => (
          <section key={place} aria-label={title}>
            <h3>{capital(title)}</h3>
            <dl>
              {rows.map(({ caps, label }) => (
                <div key={label}>
                  <dt>{caps.map((key) => <span key={key.join()}>{key.map((cap) => <kbd key={cap}>{cap}</kbd>)}</span>)}</dt>
                  <dd>{capital(label)}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      {parts.length === 0 && <p>No key for that. A shorter word may find one.</p>}
    </>
  )
}
