// Colours for pictures: light is energy, hue is the owner, chroma is certainty. Mixed in OKLab, where equal steps look
// equal, so that a tint never reads as loudness.

export interface Lab { readonly lightness: number; readonly a: number; readonly b: number }

const linear = (c: number): number => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)

/** "#rrggbb" in OKLab (Ottosson, "A perceptual color space for image processing", 2020). */
export function toLab(hex: string): Lab {
  const [r, g, b] = [1, 3, 5].map((at) => linear(parseInt(hex.slice(at, at + 2), 16) / 255)) as [number, number, number]
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  return {
    lightness: 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    a: 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    b: 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  }
}

const STEPS = 4096
const gamma = Uint8ClampedArray.from({ length: STEPS + 1 }, (_, i) => {
  const c = i / STEPS
  return 255 * (c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055)
})
const display = (c: number): number => gamma[c <= 0 ? 0 : c >= 1 ? STEPS : Math.round(c * STEPS)]!

/** Not `** 3`: that is a call of the general power, and there are three for every pixel. */
const cube = (x: number): number => x * x * x

/** One pixel of an ImageData. */
export function putLab(pixels: Uint8ClampedArray, at: number, lightness: number, a: number, b: number): void {
  const l = cube(lightness + 0.3963377774 * a + 0.2158037573 * b)
  const m = cube(lightness - 0.1055613458 * a - 0.0638541728 * b)
  const s = cube(lightness - 0.0894841775 * a - 1.291485548 * b)
  pixels[at] = display(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s)
  pixels[at + 1] = display(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s)
  pixels[at + 2] = display(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s)
  pixels[at + 3] = 255
}

/** In the order they are handed out; page.css holds the same as --s1 … --s8. Beyond eight the numbers tell sources apart. */
export const sourceColours = ['#e98d64', '#67b7f6', '#a86896', '#beecae', '#7c82e7', '#f1bf3e', '#1febfc', '#c26202'] as const
export const sourceColour = (index: number): string => sourceColours[index % sourceColours.length]!

const MIDDLE = 0.73 // lightness of the average source colour

/** Above this share of a bin its owner starts to show, and so far above it the colour is full. */
const DISPUTED = 0.38
const CERTAIN = 0.4

/**
 * `energy` 0…1 and the share of each source 0…1 (what is missing to one is the rest's, and stays grey). `lit` 0…1: where
 * something is pointed at, what is not part of it stands back.
 */
export function putOwned(pixels: Uint8ClampedArray, at: number, energy: number, shares: Float32Array, colours: readonly Lab[], lit = 1): void {
  let a = 0, b = 0, lightness = 0, sum = 0, most = 0
  for (let k = 0; k < colours.length; k++) {
    const share = shares[k]!
    const weight = share * share // the owner's hue, with little of the others in it
    const colour = colours[k]!
    a += weight * colour.a
    b += weight * colour.b
    lightness += weight * (colour.lightness - MIDDLE)
    sum += weight
    if (share > most) most = share
  }
  const u = energy
  const certainty = Math.max(0, Math.min(1, (most - DISPUTED) / CERTAIN))
  const chroma = sum > 0 ? (0.15 + 0.85 * lit) * certainty * Math.min(1, u * u * 2.2) * (0.9 - 0.45 * u * u * u) : 0
  if (sum > 0) { a /= sum; b /= sum; lightness /= sum }
  const grey = 1 - chroma
  putLab(pixels, at, 0.115 + (0.8 * u ** 1.8 + 0.14 * u * lightness * chroma) * (0.3 + 0.7 * lit), a * chroma + 0.004 * grey * u,
    b * chroma - 0.02 * grey * Math.min(1, u * 1.6) * (1 - u))
}
