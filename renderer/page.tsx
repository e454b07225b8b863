// The page: start screen or working screen, keys that work everywhere, files dropped anywhere.

import { render } from 'preact'
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import '@fontsource-variable/inter/index.css'
import { drop } from './actions.ts'
import { Calibrate } from './calibrate/calibrate.tsx'
import { calibration } from './calibrate/state.ts'
import { Banners } from './banners.tsx'
import { commandKey, followCommands } from './commands/commanding.ts'
import { Guide } from './demo/guide.tsx'
import { Popups } from './controls/popups.tsx'
import { ExportPanel } from './export/panel.tsx'
import { stayAwake } from './desktop/awake.ts'
import { openFromOutside } from './desktop/outside.ts'
import { beginPictures } from './frames.ts'
import { press, said } from './history.ts'
import { Help } from './help/panel.tsx'
import { measures, rememberLayout, room } from './layout.ts'
import { Live, isLive } from './live/live.tsx'
import { liveKey } from './live/keys.ts'
import { keepForOffline } from './offline.ts'
import { PresetBrowser } from './presets/browser.tsx'
import { library } from './presets/library.ts'
import { bringInDropped } from './presets/using.ts'
import { whereDropped } from './session/where.ts'
import { Side } from './side.tsx'
import { Sources } from './sources/sources.tsx'
import { Stage } from './stage.tsx'
import { Start, startKey } from './start/start.tsx'
import { state } from './state.ts'
import { Status } from './status.tsx'
import { start } from './transport.ts'
import { Top } from './top.tsx'

/** Pressed alone, and in no field of text. */
const isFree = ({ ctrlKey, altKey, metaKey, target }: KeyboardEvent): boolean =>
  !(ctrlKey || altKey || metaKey) && !(target instanceof HTMLElement && target.closest('input, select, textarea'))

function onKey(event: KeyboardEvent): void {
  if (commandKey(event) || calibration.open.value) return
  if (state.input.value.kind !== 'none') { if (isLive()) liveKey(event) } else if (!isLive() && isFree(event) && startKey(event.key)) event.preventDefault()
}

/** The working screen says how large it is. */
const sized = new ResizeObserver(([entry]) => {
  const { clientWidth: width, clientHeight: height } = entry!.target
  if (width > 0) room.value = { width, height }
})
let observed: HTMLElement | null = null
function fitted(element: HTMLElement | null): void {
  if (observed) sized.unobserve(observed)
  observed = element
  if (element) {
    room.value = { width: element.clientWidth, height: element.clientHeight }
    sized.observe(element)
  }
}

const Page = () => {
  const over = useSignal(false)
  useEffect(() => {
    const stop = new AbortController()
    const { signal } = stop
    addEventListener('keydown', onKey, { signal })
    addEventListener('pointerdown', () => press(true), { signal, capture: true })
    for (const up of ['pointerup', 'pointercancel'] as const) addEventListener(up, () => press(false), { signal, capture: true })
    addEventListener('dragover', (event) => { event.preventDefault(); over.value = true }, { signal })
    addEventListener('dragleave', (event) => { if (!event.relatedTarget) over.value = false }, { signal })
    addEventListener('drop', (event) => {
      event.preventDefault()
      over.value = false
      const files = [...event.dataTransfer?.files ?? []]
      if (library.open.value) void bringInDropped(files)
      else if (files[0]) void drop(files[0], whereDropped(event.dataTransfer!, files[0]))
    }, { signal })
    return () => stop.abort()
  }, [])
  return (
    <>
      {calibration.open.value ? <Calibrate /> : isLive() ? <Live /> : state.input.value.kind === 'none' && !state.missing.value ? <Start /> : (
        <div ref={fitted} class="app" style={{ '--sources': `${measures.value.sources.now}px`, '--settings': `${measures.value.side.now}px` }}>
          <Top />
          <Banners><Guide /></Banners>
          <Sources />
          <Stage />
          <Side />
          <Status />
          <ExportPanel />
        </div>
      )}
      <PresetBrowser />
      <Help />
      <p class="visually-hidden" role="status">{said.value}</p>
      <Popups />
      {over.value && <div class="drop-target" aria-hidden="true"><span>{library.open.value ? 'Drop presets to keep them here' : 'Drop a sound, a preset or a session'}</span></div>}
    </>
  )
}

rememberLayout()
render(<Page />, document.getElementById('app')!)
void start()
beginPictures()
followCommands()
openFromOutside()
stayAwake()
addEventListener('load', keepForOffline)
