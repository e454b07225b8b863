// What went wrong, or must be known: what stopped, what is safe, what to do.

import type { ComponentChildren } from 'preact'
import { notices } from './devices/state.ts'
import { Icon } from './icons.tsx'
import { dismissBanner } from './saying.ts'
import { SessionBanners } from './session/banners.tsx'
import { state } from './state.ts'

/** `children` come after what is said. */
export const Banners = ({ children }: { readonly children?: ComponentChildren }) => {
  const banner = state.banner.value
  return (
    <div class="banners">
      <SessionBanners />
      {banner && (
        <div class={`banner ${banner.tone}`} role="alert">
          <Icon name="warning" />
          <p><strong>{banner.what}</strong> <span>{banner.safe}</span></p>
          <span class="grow" />
          {banner.actions.map(({ label, run }, i) => (
            <button key={label} type="button" class={`button${i ? ' ghost' : ''}`} onClick={run}>{label}</button>
          ))}
          <button type="button" class="button ghost square" aria-label="Close this message" onClick={dismissBanner}>
            <Icon name="close" />
          </button>
        </div>
      )}
      {notices.value.map(({ tone, what, safe }) => (
        <div key={what} class={`banner ${tone}`} role="status"><Icon name="warning" /><p><strong>{what}</strong> <span>{safe}</span></p></div>
      ))}
      {state.limits.value.map((limit) => <div key={limit} class="banner note" role="status"><Icon name="warning" /><p>{limit}</p></div>)}
      {children}
    </div>
  )
}
