// A browser's way of giving a file to a person.

export function download(name: string, blob: Blob): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000) // the browser may still be asking where to
}

/** Browsers drop some of the downloads that come at once. */
const BETWEEN = 250 // ms

export async function downloadAll(files: readonly { readonly name: string; readonly blob: Blob }[]): Promise<void> {
  for (const [i, { name, blob }] of files.entries()) {
    if (i > 0) await new Promise((resolve) => setTimeout(resolve, BETWEEN))
    download(name, blob)
  }
}
