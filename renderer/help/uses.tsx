// A page for each of the three uses: what to do, in order, beside what it looks like. The pictures are drawn by the app's own
// drawing.

import type { ComponentChildren } from 'preact'
import { drawField } from '../pictures/field.ts'
import { drawPainted } from '../pictures/painted.ts'
import { Picture } from '../pictures/picture.tsx'
import type { PictureProps } from '../pictures/picture.tsx'
import { drawRoll } from '../pictures/roll.ts'
import { drawVoice } from '../pictures/voice.ts'
import { openHelp } from './state.ts'

const Figure = ({ draw, label, children }: { readonly draw: PictureProps['draw']; readonly label: string; readonly children: ComponentChildren }) => (
  <figure>
    <Picture draw={draw} label={label} />
    <figcaption>{children}</figcaption>
  </figure>
)
const Key = ({ children }: { readonly children: string }) => <kbd>{children}</kbd>

export const MicrophoneHelp = () => (
  <>
    <p>Winnow knows how voices sound. What is no voice goes away while you speak, 8, 16 or 32 ms later.</p>
    <Figure draw={drawVoice} label="Two strips: above, a voice among the grey of a room; below, the voice alone">
      Above what the microphone hears, below what is sent on. Grey is the room, the colour is the voice.</Figure>
    <ol>
      <li>Choose <b>Clean a microphone</b>, and allow the microphone when you are asked.</li>
      <li>Speak. Compare what is heard with what is sent on: <Key>A</Key>. Hear what is taken away: <Key>I</Key>. Wear headphones for both.</li>
      <li>Turn the dial until the room is as quiet as you like; <Key>↑</Key> and <Key>↓</Key> do the same.</li>
      <li><b>Learn noise</b>, while nobody speaks, knows the room after three seconds. <b>Learn my voice</b> reads with you for a minute and keeps
        your voice apart from other voices. Both stay on this machine.</li>
      <li>Send it on: after “to”, choose where the sound goes. <button type="button" class="link" onClick={() => openHelp('call')}>How it gets into a call</button></li>
    </ol>
    <p class="faint">If words sound thin, turn the dial down, or allow it more time: 32 ms clean best. If the machine is too slow, Winnow does less rather than stutter, and says so at the top.</p>
  </>
)

export const UnmixHelp = () => (
  <>
    <p>A source is what you would give a name to: a voice, a guitar. Tell Winnow where it stands, how it sounds, or show it by hand. What no source claims is the rest, and nothing is lost.</p>
    <Figure draw={drawField} label="The stereo field of five instruments, each with a circle where it stands">
      The stereo field: left to right is level, bottom to top is delay. A bright spot is something that stands there.</Figure>
    <ol>
      <li>Open a file: <Key>O</Key>, or drop it on the window. It plays at once, in a loop.</li>
      <li><b>Point</b>: click a bright spot in the field. It is a source from now on. With the keys: <Key>F</Key>, then <Key>P</Key> for the next peak and <Key>Enter</Key>.</li>
      <li><b>Listen</b>: <Key>1</Key> and <Key>S</Key> solo the first source, <Key>M</Key> mutes it, the fader turns it. <Key>A</Key> compares with the file, <Key>I</Key> hears the rest alone.</li>
      <li><b>By sound</b>: a preset knows how things sound. <b>Learn a sound</b> (<Key>T</Key>) makes one of your own from a passage that you mark in the ruler.</li>
      <li><b>By hand</b>: what is still in the wrong place, paint: brush <Key>B</Key>, lasso <Key>L</Key>, harmonic brush <Key>H</Key> on the spectrogram.</li>
      <li><b>Export</b> (<Key>X</Key>) writes every source and the rest. Together they are the file again.</li>
    </ol>
    <Figure draw={drawPainted} label="A spectrogram with an area around a few tones, painted into a source">
      The spectrogram: light is energy, colour is who owns it. A painted area belongs to its source, whatever else says.</Figure>
    <p class="faint">In rooms and on effects a point is too small. Mark a passage in which only the source plays, and let its place be learned.</p>
  </>
)

export const NotesHelp = () => (
  <>
    <p>Winnow listens for notes in whatever comes in, or in one source of a mix, and plays them as MIDI.</p>
    <Figure draw={drawRoll} label="A piano roll: notes as bars over a glow where they were found">
      The bars are notes; the glow behind them is what was found. Hollow bars are weak.</Figure>
    <ol>
      <li>Choose <b>Play notes</b>, or open a file and press <Key>N</Key>.</li>
      <li>Choose the instrument. <b>Tune to your instrument</b> listens to single notes and learns them in seconds: that is worth more than any setting.</li>
      <li><b>MIDI</b> says where the notes go: any port, or on macOS and Linux one of its own that other programs see as <b>Winnow</b>. On Windows add a port with loopMIDI.</li>
      <li>Too many notes, or too few: <b>When a note is one</b> has the thresholds. <b>Fast</b> is for playing, <b>Accurate</b> for writing down.</li>
      <li>Notes of a file can be moved, added, deleted, and saved as MIDI, JSON or CSV.</li>
    </ol>
    <p class="faint">A close microphone or a cable helps more than anything after it. Whatever ends the sound ends the notes: none hangs.</p>
  </>
)
