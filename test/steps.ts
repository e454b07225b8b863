// Whatever works step by step, to its end: what it said on the way, and what came of it.

export async function finish<Y, R>(steps: Generator<Y, R> | AsyncGenerator<Y, R>): Promise<{ yields: Y[]; result: R }> {
  const yields: Y[] = []
  for (;;) {
    const step = await steps.next()
    if (step.done) return { yields, result: step.value }
    yields.push(step.value)
  }
}
