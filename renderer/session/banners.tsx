// What a session has to say above the work: what was left to go on with, and what would be lost. None of it stops the sound.

import type { ComponentChildren } from 'preact'
import { Icon } from '../icons.tsx'
import type { Action } from '../state.ts'
import { question } from './files.ts'
import { offer } from './recovery.ts'

const Said = ({ what, actions, children }: { readonly what: string; readonly actions: readonly Action[]; readonly children: ComponentChildren }) => (
  <div class="banner note session-banner" role="alert">
    <Icon name="file" />
    <p><strong>{what}</strong> <span>{children}</span></p>
    <span class="grow" />
    {actions.map(({ label, run }, i) => <button key={label} type="button" class={`button${i ? ' ghost' : ' primary'}`} onClick={run}>{label}</button>)}
  </div>
)

export const SessionBanners = () => {
  const [left, asked] = [offer(), question.value]
  return (
    <>
      {left && <Said what={left.what} actions={left.actions}>{left.details}</Said>}
      {asked && <Said what="Save your session?" actions={asked.actions}>“{asked.name}” has changes that are in no file.</Said>}
    </>
  )
}
