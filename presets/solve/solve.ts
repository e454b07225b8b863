// Activations for a fixed basis: one door for every method.

import { admm } from './admm.ts'
import { generalised } from './forward-backward.ts'
import { leastSquares } from './least-squares.ts'
import { multiplicative } from './multiplicative.ts'
import { checkProblem, type Method, type Problem, type Solution, type SolveOptions, type Solver } from './problem.ts'
import { projected, proximal } from './proximal.ts'

export { methods, type Method, type Problem, type Solution, type SolveOptions } from './problem.ts'

const solvers: Readonly<Record<Method, (problem: Problem, options: SolveOptions) => Solver>> = {
  mu: multiplicative, pgd: projected, nnls: leastSquares, pfbs: proximal, gfbs: generalised, admm,
}

/** Pass by pass; what is asked is checked before the first. */
export function* solving(problem: Problem, options: SolveOptions): Solver {
  checkProblem(problem, options)
  return yield* solvers[options.method](problem, options)
}

export function solve(problem: Problem, options: SolveOptions): Solution {
  const passes = solving(problem, options)
  for (;;) {
    const pass = passes.next()
    if (pass.done) return pass.value
  }
}
