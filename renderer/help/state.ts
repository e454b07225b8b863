// Which page of the help is open.

import { signal } from '@preact/signals'

export const helpPages = {
  keys: 'Every key', microphone: 'Clean a microphone', call: 'Into a call', unmix: 'Un-mix a file', notes: 'Play notes',
} as const
export type HelpPage = keyof typeof helpPages

export const help = {
  open: signal<HelpPage | null>(null),
}

/** What has the focus gets it back. */
let from: Element | null = null

export function openHelp(page: HelpPage): void {
  if (help.open.peek() === null) from = document.activeElement
  help.open.value = page
}

export function closeHelp(): void {
  help.open.value = null
  if (from instanceof HTMLElement && from.isConnected) from.focus({ preventScroll: true })
  from = null
}
