// Before anything sounds: what Winnow is for, as three large choices, and a demo for whoever has no file at hand.

import { useSignal } from '@preact/signals'
import { chooseSound } from '../actions.ts'
import { Banners } from '../banners.tsx'
import { playDemo, prepareDemo } from '../demo/demo.ts'
import { openMicrophone } from '../devices/input.ts'
import { openHelp } from '../help/state.ts'
import { Icon, Logo } from '../icons.tsx'
import type { IconName } from '../icons.tsx'
import { Menu } from '../menu.tsx'
import { drawField } from '../pictures/field.ts'
import { Picture } from '../pictures/picture.tsx'
import type { PictureProps } from '../pictures/picture.tsx'
import { drawRoll } from '../pictures/roll.ts'
import { drawVoice } from '../pictures/voice.ts'
import { state } from '../state.ts'
import { playNotes } from './notes.ts'
import { RecentList } from './recent.tsx'
import { SoundSettings, preferred } from './sound.tsx'

interface CardProps {
  readonly number: number
  readonly title: string
  readonly text: string
  readonly icon: IconName
  readonly note: string
  readonly draw: PictureProps['draw']
  choose(): void
}

const Card = ({ number, title, text, icon, note, draw, choose }: CardProps) => (
  <button type="button" class="card" aria-keyshortcuts={String(number)} onClick={choose}>
    <Picture draw={draw} />
    <span class="card-text">
      <strong>{title}</strong>
      <span>{text}</span>
      <small><Icon name={icon} />{note}<span class="grow" /><kbd aria-hidden="true">{number}</kbd></small>
    </span>
  </button>
)

const choices = [
  () => void openMicrophone(preferred.value),
  () => void chooseSound(),
  () => void playNotes(preferred.value),
] as const

/** 1, 2 and 3 make the choices. True: it was one of them. */
export function startKey(key: string): boolean {
  const choice = /^[1-3]$/.test(key) ? choices[Number(key) - 1] : undefined
  choice?.()
  return choice !== undefined
}

const Top = () => {
  const open = useSignal(false)
  return (
    <header class="start-top">
      <span class="logo"><Logo /><span>Winnow</span></span>
      <span class="grow" />
      <Menu open={open}>
        <button type="button" class="button ghost" aria-expanded={open.value} onClick={() => { open.value = !open.value }}>Sound settings</button>
        {open.value && <SoundSettings />}
      </Menu>
      <button type="button" class="button ghost" title="Every key, and a page for each use (?)" onClick={() => openHelp('keys')}>Keyboard and help</button>
    </header>
  )
}

export const Start = () => (
  <div class="start-page">
    <Top />
    <Banners />
    <main class="start">
      <div class="hero">
        <div>
          <h1>Pull sound apart while it plays</h1>
          <p>Show Winnow where a sound sits or what it sounds like. It follows you as you listen.</p>
        </div>
        <button type="button" class="play-demo" onPointerEnter={() => void prepareDemo().catch(() => {})} onFocus={() => void prepareDemo().catch(() => {})}
          onClick={() => void playDemo()}><Icon name="play" />Play the demo</button>
      </div>
      <div class="cards">
        <Card number={1} title="Clean a microphone" text="Keep a voice, lose the room behind it, in calls and recordings." icon="microphone" note="Live"
          draw={drawVoice} choose={choices[0]} />
        <Card number={2} title="Un-mix a file" text="Point at places in the stereo field, name what you hear, and take each one out as its own track." icon="file"
          note="WAV, FLAC, MP3, Ogg, AIFF" draw={drawField} choose={choices[1]} />
        <Card number={3} title="Play notes" text="Turn a piano or a guitar into MIDI as you play, tuned to your instrument." icon="keys"
          note="Live, or from a file" draw={drawRoll} choose={choices[2]} />
      </div>
      <div class="start-below">
        <RecentList />
        <p class="drop-here" role="status">
          <Icon name="tray" />{state.loading.value ? `${state.loading.value}…` : 'Drop a sound file anywhere in this window'}
        </p>
      </div>
    </main>
  </div>
)
