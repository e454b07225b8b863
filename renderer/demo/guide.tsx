// The line below the bar that leads through the demo.

import { useEffect } from 'preact/hooks'
import { chooseSound } from '../actions.ts'
import { Icon } from '../icons.tsx'
import { isDemo } from './demo.ts'
import { endGuide, go, guide, steps } from './steps.ts'

const Done = () => (
  <>
    <p class="guide-text" role="status">
      <small>{steps.at(-1)!.learned}</small>
      <b>That is the idea. Paint, learn and notes are beside it; the question mark at the top says how.</b>
    </p>
    <span class="grow" />
    <button type="button" class="button" onClick={() => { endGuide(); void chooseSound() }}>Open a file of your own</button>
  </>
)

export const Guide = () => {
  const at = isDemo.value ? guide.at.value : null
  const step = at === null ? undefined : steps[at]
  const done = guide.done.value
  useEffect(() => {
    const { dataset } = document.documentElement
    if (step) dataset['guide'] = step.id
    else delete dataset['guide']
    return () => { delete dataset['guide'] }
  }, [step])
  if (at === null) return null
  return (
    <section class="guide" aria-label="Guide to the demo">
      <ol class="guide-steps" aria-label="Steps">
        {steps.map(({ id, what }, i) => (
          <li key={id} class={i < at ? 'is-done' : ''} aria-current={i === at ? 'step' : undefined} aria-label={`${i + 1}. ${what}`}>
            {i < at ? <Icon name="check" size={12} /> : i + 1}</li>
        ))}
      </ol>
      {step ? (
        <>
          <p class="guide-text" role="status">
            <small>{done === null ? 'Five things to try, while it plays.' : steps[done]!.learned}</small>
            <b>{step.what}</b>
            <span class="guide-keys">{step.keys.map((keys, i) => <span key={keys[0]}>{i > 0 && 'then '}{keys.map((key) => <kbd key={key}>{key}</kbd>)}</span>)}</span>
          </p>
          <span class="grow" />
          <button type="button" class="button ghost" title="Puts the focus on what the line speaks of"
            onClick={() => document.querySelector<HTMLElement>(step.target)?.focus()}>Take me there</button>
          <button type="button" class="button ghost" onClick={() => go(at + 1)}>Skip</button>
        </>
      ) : <Done />}
      <button type="button" class="button ghost square" aria-label="Close the guide" title="Close the guide" onClick={endGuide}><Icon name="close" /></button>
    </section>
  )
}
