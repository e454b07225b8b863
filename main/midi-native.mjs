// Of the optional native module what the virtual MIDI port needs: the entry of dist/midi.cjs. No TypeScript, since the
// module's types are not there where npm could not install it.

export { Output } from '@julusian/midi/lazy'
