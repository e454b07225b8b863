// Names that every file system takes: for the files that sources go into.

const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)$/i
const encoder = new TextEncoder()
const bytesIn = (text: string): number => encoder.encode(text).length

/** A name that every file system takes, close to the one given. */
export function safeName(name: string): string {
  // Through UTF-8, where half a surrogate pair has no place.
  let safe = new TextDecoder('utf-8', { ignoreBOM: true }).decode(encoder.encode(name.normalize('NFC'))).replace(/[\u0000-\u001f\u007f<>:"/\\|?*\ufffd]/g, '_')
  while (bytesIn(safe) > 120) safe = [...safe].slice(0, -1).join('')
  safe = safe.replace(/^[.\s]+|[.\s]+$/g, (ends) => '_'.repeat(ends.length))
  return safe === '' || RESERVED.test(safe.split('.')[0]!) ? safe + '_' : safe
}

/** A safe name for each, no two the same even where capitals do not count. */
export function safeNames(names: readonly string[]): string[] {
  const taken = new Set<string>()
  return names.map((name) => {
    const safe = safeName(name)
    let unique = safe
    for (let n = 2; taken.has(unique.toLowerCase()); n++) unique = `${safe} ${n}`
    taken.add(unique.toLowerCase())
    return unique
  })
}

/** One per source, and the rest's, which comes last: its name is nobody else's. */
export function sourceFileNames(sources: readonly string[]): string[] {
  const [rest, ...names] = safeNames(['rest', ...sources])
  return [...names, rest!].map((name) => name + '.wav')
}

/** "mix.wav", or the next that none of those has. */
export const mixFileName = (taken: readonly string[]): string =>
  safeNames([...taken.map((name) => name.replace(/\.wav$/, '')), 'mix']).at(-1)! + '.wav'
