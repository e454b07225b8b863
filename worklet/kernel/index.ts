// Everything the kernel offers: arithmetic on memory that its callers own. No state, no allocation, no branch on data.
// Whole numbers are arguments; broken ones lie in memory, because a float handed over from JavaScript may be garbage
// to collect: V8 boxes it wherever the call is not inlined.
export { split, transform, merge, unmerge, overlap, remainder } from './fft'
export {
  passKl, passEuclidean, passItakuraSaito, passBetaHalf, passBetaThreeHalves, passAlphaBeta, prepare, slopeEuclidean, slopeKl,
  slopeDualItakuraSaito, curveEuclidean, curveKl, curveDualItakuraSaito, step, weigh,
} from './activations'
export { explain, masks, extend, paint, magnitude, deal, collect } from './masks'
export { pairs, claims, bearings, area, gather } from './places'
export { shares, solve, part } from './wiener'
export { ratios, learn, sum } from './adapt'
export { track, settle, powers, roots, plant } from './noise'
export { weighted, smooth } from './polish'
export { cues, contrast, combs, comb, fold, logits, remask } from './head'
export { multiply, climb, raise, cost } from './batch'
export { descend, lanes, leftover, project, sweep } from './solvers'
export { dense, activate, remember } from './network'
