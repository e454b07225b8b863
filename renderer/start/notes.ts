// "Play notes": the microphone or an instrument in the studio, with the piano's preset and the notes below the picture.

import { ensurePreset } from '../actions.ts'
import { openCalibration } from '../calibrate/session.ts'
import { openMicrophone } from '../devices/input.ts'
import { showNotes } from '../notes/drawer.tsx'
import { dismissBanner, sentence, show, soundGoesOn } from '../saying.ts'
import { state } from '../state.ts'

export async function playNotes(deviceId: string): Promise<void> {
  try {
    await ensurePreset('notes')
  } catch (error) {
    return show('danger', sentence(error), soundGoesOn(), { label: 'Try again', run: () => void playNotes(deviceId) })
  }
  await openMicrophone(deviceId, false, 'studio')
  if (state.input.peek().kind !== 'microphone') return // the page says why
  showNotes()
  if (state.banner.peek() === null)
    show('note', 'Play: the notes show below.', 'The shipped piano is a start. A few single notes of your own instrument make it far better.',
      { label: 'Tune to your instrument', run: () => { dismissBanner(); openCalibration() } })
}
