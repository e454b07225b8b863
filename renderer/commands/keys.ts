// Keys as the table writes them: whether an event is one, and how each system shows and registers it.

interface Pressed { readonly key: string; readonly shiftKey: boolean; readonly altKey: boolean; readonly ctrlKey: boolean; readonly metaKey: boolean; getModifierState?(name: string): boolean }

/** The last part is the key, which may be a plus itself. */
function parts(key: string): { readonly modifiers: readonly string[]; readonly name: string } {
  const name = key.endsWith('+') ? '+' : key.slice(key.lastIndexOf('+') + 1)
  return { modifiers: key.slice(0, -name.length).split('+').filter(Boolean), name }
}

const isLetter = (name: string): boolean => /^[A-Z]$/.test(name)
/** Of a symbol Shift is part of how it is typed. */
const isSymbol = (name: string): boolean => name.length === 1 && !isLetter(name)

export function isPressed(key: string, event: Pressed, mac: boolean): boolean {
  const { modifiers, name } = parts(key)
  const typed = event.key === ' ' ? 'Space' : event.key.length === 1 ? event.key.toUpperCase() : event.key
  if (typed !== name) return false
  // AltGr, which Windows tells as Ctrl with Alt, only typed the symbol.
  const graph = isSymbol(name) && event.getModifierState?.('AltGraph') === true
  const [control, other] = mac ? [event.metaKey, event.ctrlKey] : [event.ctrlKey, event.metaKey]
  return (isSymbol(name) || event.shiftKey === modifiers.includes('Shift'))
    && (graph || event.altKey === modifiers.includes('Alt'))
    && (graph || control === modifiers.includes('Mod')) && !(other && !graph)
}

/** As a person reads it, one text for each key on the board. */
export function keyCaps(key: string, mac = false): readonly string[] {
  const { modifiers, name } = parts(key)
  const caps: Readonly<Record<string, string>> = mac ? { Mod: '⌘', Shift: '⇧', Alt: '⌥' } : { Mod: 'Ctrl' }
  const order = mac ? ['Alt', 'Shift', 'Mod'] : ['Mod', 'Shift', 'Alt']
  return [...order.filter((modifier) => modifiers.includes(modifier)).map((modifier) => caps[modifier] ?? modifier), name === 'Escape' ? 'Esc' : name === '-' ? '−' : name]
}

export const keyText = (key: string, mac = false): string => keyCaps(key, mac).join(mac ? '' : '+')

/** Whether the key is a command's alone in every field of text: only such ones may be the system's. */
export const hasModifier = (key: string): boolean => parts(key).modifiers.includes('Mod')

/** As Electron's menus write it. */
export const accelerator = (key: string): string => {
  const { modifiers, name } = parts(key)
  return [...modifiers.map((modifier) => (modifier === 'Mod' ? 'CmdOrCtrl' : modifier)), name === 'Escape' ? 'Esc' : name === '+' ? 'Plus' : name].join('+')
}
