// Asks the browser to keep the app for when there is no network, and so lets it be installed. Electron has its files at hand.

/** Best effort: a browser without service workers, or one that refuses, has the same app with a network. */
export function keepForOffline(): void {
  if (!('serviceWorker' in navigator) || !location.protocol.startsWith('http') || !isSecureContext) return
  navigator.serviceWorker.register(new URL('offline.js', document.baseURI)).catch((error: unknown) => {
    console.warn(`winnow: cannot be kept for use without a network: ${(error as Error).message}`)
  })
}
