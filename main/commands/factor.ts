// `winnow factor`: the ways of learning and solving, on any matrix that is not negative.

import { availableParallelism } from 'node:os'
import { basename } from 'node:path'
import { divergences, divergenceText, readDivergence } from '../../worklet/dictionary.ts'
import { euclidean, factor as factoring, methods, type Factors, type FactorOptions, type Matrix, type Step } from '../../presets/factor.ts'
import { amount, oneOf, wholeNumber, type Arguments } from '../arguments.ts'
import { threads } from '../crew.ts'
import { divergencePicture } from '../divergence-picture.ts'
import { moduleOf as kernelOf } from '../learn-plan.ts'
import { loadMatrix } from '../matrix-file.ts'
import { writeNpy } from '../npy.ts'
import { outputs } from '../output.ts'
import { progress, sparkline } from '../progress.ts'
import { Cancelled, UserError, asked, askedFor } from '../user-error.ts'
import type { Command } from './command.ts'

const ATOMS = 8
/** Products in a pass from which on float32 and all cores find the factors, as they do a preset's. */
const LARGE = 2 ** 25
/** Numbers that shape a fit, by the letters of the papers: λ₁, λ_b, λ_t, γ, τ_A, μ_V. */
const amounts = { l1: 'l1', block: 'block', variation: 'variation', gamma: 'gamma', 'tau-a': 'tauA', volume: 'volume' } as const

export const factor: Command = {
  name: 'factor',
  usage: 'winnow factor V.npy --out PREFIX [--basis W.npy] [--atoms N] [--method mu|pgd|nnls|pfbs|gfbs|admm|anmf|kmeans] [--divergence euc|kl|is|dual-is|A,B|auto] …',
  summary: 'factor any matrix that is not negative: V ≈ W H',
  about: 'Finds W (bins × atoms) and H (atoms × frames) whose product is close to V (bins × frames, .npy or CSV), nothing negative. With --basis, W is given '
    + 'and H alone is found. Writes PREFIX.W.npy, PREFIX.H.npy and PREFIX.json (settings, loss after each pass, how far from optimal), and with '
    + '--divergence auto PREFIX.png, how well each divergence describes the data.',
  positionals: ['V.npy'],
  flags: [
    { name: 'out', value: 'PREFIX', help: 'What the names of the outputs begin with.' },
    { name: 'basis', value: 'W.npy', help: 'The basis, which stays as it is: H alone is found; with more --atoms than it has columns, mu learns the others beside it.' },
    { name: 'atoms', value: 'N', help: `Columns of W; ${ATOMS} unless said otherwise; with --basis its columns.` },
    { name: 'method', value: methods.join('|'), help: 'mu takes any divergence; pgd, nnls and gfbs are Euclidean; pfbs and admm take euc, kl and dual-is; anmf also fits --against badly; kmeans gives every frame to one atom. mu unless said otherwise.' },
    { name: 'divergence', value: 'NAME|A,B|auto', help: `What the fit minimises: ${Object.keys(divergences).join(', ')}, a point of the AB family, or the one that describes the data best (auto). kl unless said otherwise; euc where the method knows no other.` },
    { name: 'iterations', value: 'N', help: 'Passes; for nnls with a basis, pivots per frame. 200 unless said otherwise.' },
    { name: 'l1', value: 'X', help: 'Prefers few and small activations.' },
    { name: 'block', value: 'X', help: 'Prefers few atoms: a price on the length of each row of H (pfbs, gfbs, admm).' },
    { name: 'variation', value: 'X', help: 'Prefers activations that change little from frame to frame (pfbs, gfbs, admm).' },
    { name: 'gamma', value: 'X', help: 'Width of the envelope that stands for a divergence without a bounded slope (pfbs).' },
    { name: 'volume', value: 'X', help: 'Prefers atoms that span little: a price on the logarithm of their volume (mu).' },
    { name: 'weights', value: 'M.npy', help: 'How much each entry of V counts, 0 for not at all (mu).' },
    { name: 'pattern', value: 'P.npy', help: 'bins × atoms of 0 and 1: where an atom may hold something (mu).' },
    { name: 'robust', value: 'ROUNDS', help: 'So often the twentieth of the entries that fit worst is left out and the rest fitted again (mu); 0 unless said otherwise. Writes PREFIX.M.npy, what counted.' },
    { name: 'against', value: 'U.npy', help: 'For anmf: data that the basis should fit badly, as many rows as V.' },
    { name: 'tau-a', value: 'X', help: 'For anmf: how much that counts; 0.1 unless said otherwise.' },
    { name: 'seed', value: 'N', help: 'Of all chance; the same seed gives the same factors. 1 unless said otherwise.' },
  ],
  async run(args, { stderr, signal }) {
    const [path] = args.positionals as [string]
    const prefix = args.text('out')
    if (prefix === undefined) throw new UserError('factor: expected --out PREFIX, got none')
    const began = performance.now()
    const output = outputs([path, ...['basis', 'against', 'weights', 'pattern'].flatMap((flag) => args.text(flag) ?? [])])
    const bar = progress(stderr, 'factoring')
    try {
      const V = await loadMatrix(path)
      const options = await optionsOf(args, V)
      const large = options.method === 'mu' && V.data.length * options.atoms > LARGE
      const found = await finish(V, options, large, bar.report, signal)
      const seconds = (performance.now() - began) / 1000
      const documents = documentsOf(prefix, basename(path), found, options.robust ?? 0)
      const json = { ...jsonOf(args, V, options, found), precision: large ? 'float32' : 'float64', seconds, outputs: [...documents.keys(), `${prefix}.json`] }
      documents.set(`${prefix}.json`, Buffer.from(JSON.stringify(json, null, 2) + '\n'))
      for (const [name, bytes] of documents) await (await output.file(name)).write(bytes)
      if (signal.aborted) throw new Cancelled()
      await output.commit()
      return { json, text: textOf(json) }
    } finally {
      bar.clear()
      await output.discard()
    }
  },
}

async function optionsOf(args: Arguments, V: Matrix): Promise<FactorOptions> {
  const whole = (flag: string, min: number, max: number, initial: number): number => wholeNumber(args, 'factor', flag, min, max, initial)
  const method = oneOf(args, 'factor', 'method', methods, 'mu')
  const text = args.text('divergence') ?? (euclidean.includes(method) ? 'euc' : 'kl')
  const matrix = async (flag: string): Promise<Matrix | null> => (args.has(flag) ? loadMatrix(args.text(flag)!) : null)
  const [basis, against, weights, pattern] = [await matrix('basis'), await matrix('against'), await matrix('weights'), await matrix('pattern')]
  const given = Object.fromEntries(Object.entries(amounts).map(([flag, name]) => [name, amount(args, 'factor', flag)]).filter(([, value]) => value !== undefined))
  return {
    method, basis, against, weights, pattern, ...given,
    divergence: text === 'auto' ? text : asked(() => readDivergence(text, 'factor: --divergence')),
    atoms: whole('atoms', 1, 100_000, basis?.columns ?? Math.min(ATOMS, V.columns)),
    iterations: whole('iterations', 1, 999_999, 200),
    robust: whole('robust', 0, 20, 0),
    seed: whole('seed', 0, 999_999, 1),
  }
}

/** Between the passes the rest of the program has its turn. */
async function finish(V: Matrix, options: FactorOptions, large: boolean, report: (share: number, detail: string) => void, signal: AbortSignal): Promise<Factors> {
  const { crew, end } = threads(large ? availableParallelism() : 1)
  const steps = factoring(V, options, large ? { crew, module: await kernelOf() } : undefined)
  const losses: number[] = []
  const next = (): Promise<IteratorResult<Step, Factors>> => askedFor(() => steps.next(), 'factor')
  try {
    let step = await next()
    for (; !step.done; step = await next()) {
      if (step.value.loss !== null) losses.push(step.value.loss)
      report(step.value.share, sparkline(losses))
      await new Promise((resolve) => setImmediate(resolve))
      if (signal.aborted) throw new Cancelled()
    }
    return step.value
  } finally {
    await steps.return(null as never)
    await end()
  }
}

function documentsOf(prefix: string, title: string, { W, H, chosen, weights }: Factors, robust: number): Map<string, Uint8Array> {
  const documents = new Map([[`${prefix}.W.npy`, writeNpy(W)], [`${prefix}.H.npy`, writeNpy(H)]])
  if (weights && robust > 0) documents.set(`${prefix}.M.npy`, writeNpy(weights))
  if (chosen) documents.set(`${prefix}.png`, divergencePicture(title, chosen))
  return documents
}

function jsonOf(args: Arguments, V: Matrix, { method, atoms, iterations, seed, basis, ...options }: FactorOptions, { divergence, loss, kkt, chosen }: Factors) {
  const settings = Object.fromEntries(Object.values(amounts).map((name) => [name, options[name]]).filter(([, value]) => value !== undefined))
  return {
    divergence: divergenceText(divergence),
    ...(chosen && { chosen: { alpha: chosen.alpha, beta: chosen.beta, sum: chosen.sum, nearest: chosen.nearest } }),
    method, bins: V.rows, frames: V.columns, atoms, basis: args.text('basis') ?? null, settings: { iterations, seed, ...(options.robust && { robust: options.robust }), ...settings },
    iterations: loss.length, loss, kkt,
  }
}

function textOf({ divergence, chosen, method, bins, frames, atoms, loss, seconds, outputs: files }: ReturnType<typeof jsonOf> & { seconds: number; outputs: readonly string[] }): string {
  return (chosen ? `alpha ${chosen.alpha}, beta ${chosen.beta}: alpha + beta = ${chosen.sum}, nearest ${chosen.nearest}\n` : '')
    + `${bins} × ${frames} ≈ ${bins} × ${atoms} · ${atoms} × ${frames} by ${method}, ${divergence} · loss ${loss[0]!.toPrecision(4)} → ${loss.at(-1)!.toPrecision(4)} `
    + `in ${loss.length} passes · ${seconds.toFixed(1)} s\n${files.map((name) => name + '\n').join('')}`
}
