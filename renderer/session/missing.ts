// The sound of a session: found again where it was, or asked for while everything else stands ready. Another one is never
// taken for it without a person.

import { effect } from '@preact/signals'
import { openSound } from '../actions.ts'
import { demoFile } from '../demo/demo.ts'
import { DEMO_NAME } from '../demo/places.ts'
import { host } from '../host.ts'
import type { OpenedFile, OpenedSound } from '../host.ts'
import { notes } from '../notes/state.ts'
import { painting } from '../painting/state.ts'
import { loading, sentence, show } from '../saying.ts'
import { state } from '../state.ts'
import type { SessionDocument, SoundReference } from './document.ts'
import { rangeOf } from '../recording/source.ts'
import { fingerprint, fingerprintOf } from './fingerprint.ts'
import { soundsNamed } from './recent.ts'
import { restoreView } from './restoring.ts'
import { openAt } from './where.ts'
import type { Where } from './where.ts'

const SAFE = 'Your sources, painting and settings are kept; you can go on working.'

let wanted: Pick<SessionDocument, 'view' | 'passage'> | null = null

/** A sound that came in another way is the session's from now on. */
export const followMissing = (): unknown => effect(() => {
  if (state.input.value.kind !== 'none' && state.missing.value !== null) state.missing.value = null
})

async function isIt(file: OpenedFile | OpenedSound, { bytes, checksum }: SoundReference): Promise<boolean> {
  const print = await ('source' in file ? fingerprint(file.source.size, (from, to) => rangeOf(file.source, from, to)) : fingerprintOf(file.bytes))
  return print.bytes === bytes && print.checksum === checksum
}

async function take(file: OpenedFile | OpenedSound): Promise<void> {
  const edited = notes.edited.peek()
  painting.of.value = file.name
  await openSound(file)
  const input = state.input.peek()
  if (input.kind !== 'file') return
  if (edited) notes.edited.value = { input, list: edited.list }
  if (wanted) restoreView(wanted.view, wanted.passage, input.seconds)
  wanted = null
}

export function askForSound(why = ''): void {
  const sound = state.missing.peek()
  if (!sound) return
  show('warn', `${why}The sound of this session, “${sound.name}”, is not at hand.`, SAFE, { label: `Locate ${sound.name}…`, run: () => void locate() })
}

export async function locate(): Promise<void> {
  const sound = state.missing.peek()
  if (!sound) return
  try {
    const file = await host().openSound()
    if (!file) return
    if (await isIt(file, sound)) return await take(file)
    show('warn', file.name === sound.name ? `This “${file.name}” is not the one that the session was made with.` : `“${file.name}” is not “${sound.name}”, with which the session was made.`,
      SAFE, { label: 'Use it anyway', run: () => void take(file) }, { label: 'Choose another…', run: () => void locate() })
  } catch (error) {
    askForSound(sentence(error) + ' ')
  }
}

/** Where it may lie, the surest first; what is there and another file is not it. */
async function* candidates(sound: SoundReference, where: Where | undefined, file: Where | undefined): AsyncGenerator<OpenedFile | OpenedSound> {
  if (sound.name === DEMO_NAME) yield await demoFile()
  if (where !== undefined) {
    const found = await openAt(where, sound.name).catch(() => null)
    if (found) yield found
  }
  if (typeof file === 'string') {
    const found = await host().sessionSound?.(file)
    if (found) yield found
  }
  for (const known of soundsNamed(sound.name)) {
    const found = await openAt(known, sound.name).catch(() => null)
    if (found) yield found
  }
}

/** `where`: of the sound, where that is known. `file`: of the session. */
export async function findSound(document: SessionDocument, where?: Where, file?: Where): Promise<void> {
  const { sound } = document
  if (!sound) return
  wanted = document
  let other = false
  try {
    const found = await loading(`Looking for ${sound.name}`, async () => {
      for await (const candidate of candidates(sound, where, file)) {
        if (await isIt(candidate, sound)) return candidate
        other = true
      }
      return null
    })
    if (found) return await take(found)
  } catch (error) {
    return askForSound(sentence(error) + ' ')
  }
  askForSound(other ? `What lies where “${sound.name}” was is another sound. ` : '')
}
