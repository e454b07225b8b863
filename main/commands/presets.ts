// `winnow presets`: what comes with Winnow, read through the same door as every preset.

import { dictionarySources, divergenceText } from '../../worklet/dictionary.ts'
import { loadPreset, shippedNames } from '../preset-files.ts'
import type { Command } from './command.ts'

export const presets: Command = {
  name: 'presets',
  usage: 'winnow presets [--json]',
  summary: 'list the presets that come with Winnow',
  about: 'Lists the presets that come with Winnow: their sources, their atoms, what they are for, and the licences and attributions of the recordings behind them.',
  positionals: [],
  flags: [],
  async run() {
    const list = await Promise.all((await shippedNames()).map(async (name) => {
      const { description = '', dictionary, settings, learned } = await loadPreset(name)
      const { sampleRate, fftSize, hopSize, tailSize, atoms, divergence } = dictionary
      return {
        name, description, sources: dictionarySources(atoms), atoms: atoms.length, sampleRate, fftSize, hopSize, tailSize,
        divergence: divergenceText(divergence), settings, method: learned.method, licences: learned.licences,
      }
    }))
    const width = Math.max(0, ...list.map(({ name }) => name.length))
    return {
      json: { presets: list },
      text: list.map(({ name, sources, atoms, description, licences }) =>
        [`${name.padEnd(width)}  ${sources.join(', ')} (${atoms} atoms)`, ...[description, ...licences].filter((line) => line !== '').map((line) => ' '.repeat(width + 2) + line)]
          .join('\n') + '\n').join(''),
    }
  },
}
