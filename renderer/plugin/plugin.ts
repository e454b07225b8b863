// Winnow as a plug-in for hosts of Web Audio Modules (WAM 2): an effect with state, automation and latency compensation. A host
// imports this file and asks for an instance; everything else is fetched from beside it.

import type { WamDescriptor, WebAudioModule } from '@webaudiomodules/api'
import { standAt, workletAddress } from '../assets.ts'
import { createPanel, destroyPanel } from './panel.tsx'
import { PluginNode } from './node.ts'
import { firstState, readState } from './state.ts'

/** From package.json, by the build. */
declare const VERSION: string

const here: string = import.meta.url
standAt(new URL('..', here).href)

const prepared = new WeakMap<BaseAudioContext, Promise<void>>()

/** The worklet, once in each context. */
function prepare(context: BaseAudioContext): Promise<void> {
  const known = prepared.get(context)
  if (known) return known
  const loading = context.audioWorklet.addModule(workletAddress())
  prepared.set(context, loading)
  loading.catch(() => prepared.delete(context))
  return loading
}

export default class Winnow implements WebAudioModule<PluginNode> {
  static readonly isWebAudioModuleConstructor = true
  static async createInstance(groupId: string, audioContext: BaseAudioContext, initialState?: unknown): Promise<Winnow> {
    return new Winnow(groupId, audioContext).initialize(initialState)
  }

  readonly isWebAudioModule = true
  readonly descriptor: WamDescriptor = {
    identifier: 'winnow.separator', name: 'Winnow', vendor: 'Winnow', version: VERSION, apiVersion: '2.0.0',
    description: 'Pulls sound apart while it plays: by what it knows of each sound, and by where it stands.',
    website: '', thumbnail: '', keywords: ['separation', 'denoise', 'stereo'], isInstrument: false,
    hasAudioInput: true, hasAudioOutput: true, hasAutomationInput: true, hasAutomationOutput: false, hasMidiInput: false, hasMidiOutput: false,
    hasMpeInput: false, hasMpeOutput: false, hasOscInput: false, hasOscOutput: false, hasSysexInput: false, hasSysexOutput: false,
  }
  readonly instanceId = `${this.descriptor.identifier}.${crypto.randomUUID()}`
  initialized = false
  private node: PluginNode | null = null

  constructor(readonly groupId: string, readonly audioContext: BaseAudioContext) {}

  get moduleId(): string { return this.descriptor.identifier }
  get name(): string { return this.descriptor.name }
  get vendor(): string { return this.descriptor.vendor }
  get audioNode(): PluginNode {
    if (!this.node) throw new Error('winnow: expected initialize() before audioNode')
    return this.node
  }

  async initialize(state?: unknown): Promise<this> {
    this.node = await this.createAudioNode(state)
    this.initialized = true
    return this
  }

  async createAudioNode(state?: unknown): Promise<PluginNode> {
    await prepare(this.audioContext)
    return PluginNode.create(this, state === undefined || state === null ? await firstState() : await readState(state))
  }

  async createGui(): Promise<Element> { return createPanel(this.audioNode) }
  destroyGui(gui: Element): void { destroyPanel(gui) }
}
