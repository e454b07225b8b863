// At a control: the knob that turns it, or that it waits for one.

import { apart, bindingOf, learning, nameOf } from './bound.ts'

export const Bound = ({ learn }: { readonly learn: string | undefined }) => {
  if (learn === undefined) return null
  if (learning.value === learn) return <small class="bound is-learning" role="status">turn a knob</small>
  const binding = bindingOf(learn)
  if (!binding) return null
  const way = apart.value.get(learn)
  const where = `${binding.device}, channel ${binding.channel + 1}, controller ${binding.controller}`
  return <small class="bound" title={way ? `${where}. The knob stands elsewhere: turn it ${way} until it takes hold.` : where}>{nameOf(binding)}{way === 'up' ? ' ↑' : way === 'down' ? ' ↓' : ''}</small>
}
