// The preset browser: groups and terms at the left, the list, and what is known of the one that is looked at. The sound goes on.

import { useEffect, useRef } from 'preact/hooks'
import { Icon } from '../icons.tsx'
import { token } from '../canvas.ts'
import { Detail } from './detail.tsx'
import { drawProfile } from './drawing.ts'
import { badgeOf, contentsOf, kinds, meanSpectrum, terms } from './facts.ts'
import type { Terms } from './facts.ts'
import { hearSpectra, sounding } from './hearing.ts'
import { entries, inGroup, library, lookedAt, playedId, shownEntries, star } from './library.ts'
import type { Entry } from './library.ts'
import { bringInFile, closeLibrary, use } from './using.ts'
import './presets.css'

type Group = typeof library.group.value
const groups: readonly (readonly [Group, string])[] = [
  ['all', 'All'], ...kinds.map((kind) => [kind, kind] as const), ['starred', 'Starred'], ['shipped', 'With Winnow'], ['kept', 'Kept here'], ['session', 'In this session'],
]
const FIRST_OF_PLACES: Group = 'starred'

const Groups = () => (
  <nav class="presets-groups" aria-label="Groups">
    {groups.map(([group, label]) => (
      <button key={group} type="button" class={`presets-group${group === FIRST_OF_PLACES ? ' apart' : ''}`} aria-pressed={library.group.value === group}
        onClick={() => { library.group.value = group }}>
        <span>{label}</span><span class="faint">{entries.value.filter((entry) => inGroup(entry, group)).length}</span></button>
    ))}
    <fieldset class="presets-terms">
      <legend class="faint">Licence</legend>
      {(Object.keys(terms) as Terms[]).map((each) => (
        <label key={each}>
          <input type="checkbox" checked={!library.hidden.value.includes(each)} onChange={() => {
            const { hidden } = library
            hidden.value = hidden.value.includes(each) ? hidden.value.filter((other) => other !== each) : [...hidden.value, each]
          }} />{terms[each]}</label>
      ))}
    </fieldset>
  </nav>
)

const Profile = ({ entry, chosen }: { entry: Entry; chosen: boolean }) => {
  const canvas = useRef<HTMLCanvasElement>(null)
  const { read } = entry
  useEffect(() => {
    const target = canvas.current
    const dictionary = read?.chosen.preset.dictionary
    if (target && dictionary) drawProfile(target, meanSpectrum(dictionary), dictionary.sampleRate, chosen)
  }, [read, chosen, token('--accent')])
  return <canvas ref={canvas} class="presets-profile" aria-hidden="true" />
}

const Row = ({ entry, chosen }: { entry: Entry; chosen: boolean }) => {
  const { id, from, name, read, wrong } = entry
  const starred = library.starred.value.includes(id)
  const sounds = sounding.value === id
  const silent = !read || read.chosen.preset.dictionary.atoms.length === 0
  const row = useRef<HTMLLIElement>(null)
  useEffect(() => { if (chosen) row.current?.scrollIntoView({ block: 'nearest' }) }, [chosen])
  return (
    <li ref={row} class={`presets-row${chosen ? ' is-chosen' : ''}`}>
      <button type="button" class="presets-pick" aria-current={chosen} onClick={() => { library.at.value = id }} onDblClick={() => void use(entry)}>
        <Profile entry={entry} chosen={chosen} />
        <span class="presets-name"><b>{name}</b>
          <small class={wrong ? 'amber' : 'faint'}>{wrong ? 'Cannot be read' : read ? `${from === 'kept' ? 'Kept, for ' : from === 'session' ? 'In this session, for ' : 'For '}${read.kind.toLowerCase()}: ${contentsOf(read.chosen.preset.dictionary)}` : 'Reading…'}</small></span>
        {playedId.value === id && <span class="presets-badge is-played">In play</span>}
        {read && <span class="presets-badge">{badgeOf(read.chosen.preset)}</span>}
      </button>
      {from === 'session' ? <span class="presets-star-place" /> : ( // what is not kept cannot be found again
        <button type="button" class={`button ghost square presets-star${starred ? ' is-starred' : ''}`} aria-pressed={starred} aria-label={`Star ${name}`}
          title={starred ? 'Take the star away' : 'Star'} onClick={() => star(id)}><Icon name="star" /></button>
      )}
      <button type="button" class="button ghost square" aria-pressed={sounds} aria-label={`Hear the spectra of ${name}`} disabled={silent}
        title={silent ? 'There are no spectra to hear' : sounds ? 'Stop' : 'Hear its spectra, one after the other, beside what plays'} onClick={() => hearSpectra(entry)}><Icon name={sounds ? 'pause' : 'play'} /></button>
    </li>
  )
}

/** Arrows move in the list from the search field too: who types a name takes it with Enter. */
function byKey(event: KeyboardEvent): void {
  const shown = shownEntries.value
  const at = shown.findIndex(({ id }) => id === lookedAt.value?.id)
  const to = event.key === 'ArrowDown' ? at + 1 : event.key === 'ArrowUp' ? at - 1 : null
  const target = event.target as HTMLElement
  const inList = target.closest('.presets-search, .presets-list') !== null
  if (to !== null && inList && shown[to]) {
    library.at.value = shown[to]!.id
    if (target.closest('.presets-list')) requestAnimationFrame(() => document.querySelector<HTMLElement>('.presets-row.is-chosen .presets-pick')?.focus())
    event.preventDefault()
  } else if (event.key === 'Enter' && target.closest('.presets-search') && lookedAt.value?.read) {
    event.preventDefault()
    void use(lookedAt.value)
  } else if (event.key === 'Escape') {
    event.stopPropagation()
    closeLibrary()
  }
}

/** What has the focus stays inside; what is under the browser is dimmed and out of reach. */
function hold(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
  if (event.key !== 'Tab') return byKey(event)
  const reachable = [...event.currentTarget.querySelectorAll<HTMLElement>('button:not(:disabled), input:not(:disabled), summary, a[href]')].filter((each) => each.offsetParent !== null)
  const edge = event.shiftKey ? reachable[0] : reachable.at(-1)
  if (document.activeElement !== edge) return
  event.preventDefault()
  reachable.at(event.shiftKey ? -1 : 0)?.focus()
}

export const PresetBrowser = () => {
  const search = useRef<HTMLInputElement>(null)
  const open = library.open.value
  useEffect(() => {
    if (!open) return
    const before = document.activeElement
    search.current?.focus()
    return () => { if (before instanceof HTMLElement) before.focus() }
  }, [open])
  if (!open) return null
  const shown = shownEntries.value
  const at = lookedAt.value
  const remark = library.remark.value
  return (
    <div class="presets-scrim" onPointerDown={(event) => { if (event.target === event.currentTarget) closeLibrary() }}>
      <section class="presets" role="dialog" aria-modal="true" aria-label="Presets" onKeyDown={hold}>
        <header class="presets-head">
          <h2>Presets</h2><span class="faint">Dictionaries learned from recordings</span><span class="grow" />
          <label class="presets-search"><Icon name="search" /><span class="visually-hidden">Search</span>
            <input ref={search} type="text" placeholder="Name, sound or licence" spellcheck={false} autocomplete="off" value={library.question.value}
              onInput={({ currentTarget: { value } }) => { library.question.value = value }} /></label>
          <button type="button" class="button" title="A preset’s file comes to stay on this machine; dropping it here does the same" onClick={() => void bringInFile()}>Import…</button>
          <button type="button" class="button ghost square" aria-label="Close" title="Close (Esc)" onClick={closeLibrary}><Icon name="close" /></button>
        </header>
        {remark && <p class={`presets-remark ${remark.tone}`} role={remark.tone === 'danger' ? 'alert' : 'status'}>{remark.text}</p>}
        <div class="presets-body">
          <Groups />
          <ul class="presets-list" aria-label="Presets">
            {shown.map((entry) => <Row key={entry.id} entry={entry} chosen={entry.id === at?.id} />)}
            {shown.length === 0 && <li class="presets-none">{entries.value.length === 0 ? 'There are no presets beside the page. Import one.' : 'No preset is like that. Take a word or a filter away.'}</li>}
          </ul>
          <Detail entry={at} />
        </div>
      </section>
    </div>
  )
}
