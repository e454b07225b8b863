// Everything the kernel offers: arithmetic on memory that its callers own. No state, no allocation, no branch on data.
export { split, transform, merge, unmerge, overlap } from './fft'
export {
  passKl, passEuclidean, passItakuraSaito, passBetaHalf, passBetaThreeHalves, passAlphaBeta, prepare, step, total,
} from './activations'
export { explain, masks, extend, magnitude } from './masks'
export { ratios, learn } from './adapt'
