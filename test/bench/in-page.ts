// What chromium.ts sends into the page.

import { alternate, hopTask, passTasks } from '../../main/bench-tasks.ts'
import { chooseKernel } from '../../worklet/kernel.ts'

export interface PageFigures { readonly kernel: string; readonly passMicros: number; readonly plainPassMicros: number; readonly hopMicros: number }

export async function measure(): Promise<PageFigures> {
  const bytes = async (name: string): Promise<ArrayBuffer> => (await fetch(name)).arrayBuffer()
  const { module, name } = chooseKernel(await bytes('kernel.wasm'), await bytes('kernel-relaxed.wasm'), () => performance.now())
  const [passMicros, plainPassMicros, hopMicros] = alternate([...passTasks(module), hopTask(module)], 31, [400, 20, 100])
  return { kernel: name, passMicros: passMicros!, plainPassMicros: plainPassMicros!, hopMicros: hopMicros! }
}
