// Files that the system opens with Winnow: each as if it had been chosen here, one after the other.

import { openNamed } from '../actions.ts'
import { host } from '../host.ts'
import { loading, sentence, show, soundGoesOn } from '../saying.ts'
import { openAt } from '../session/where.ts'

export function openFromOutside(): void {
  let turn: Promise<void> = Promise.resolve()
  host().onOpen?.(({ name, token }) => {
    turn = turn.then(async () => {
      try {
        await openNamed(await loading(`Reading ${name}`, () => openAt(token, name)))
      } catch (error) {
        show('danger', sentence(error), soundGoesOn())
      }
    })
  })
}
