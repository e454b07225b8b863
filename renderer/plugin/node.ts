// The plug-in's node: a host connects to it and from it and never notices that what is between changes with every preset.
//
//   host ─► this (a gain of one) ─► the separation in play ─► fade ─► out ─► host

import type { WamEvent, WamNode, WamParameterDataMap, WamParameterInfoMap, WebAudioModule } from '@webaudiomodules/api'
import { GROUP_MEMBER_NAME } from '../../worklet/protocol.ts'
import type { GroupMemberOptions, ToGroupMember } from '../../worklet/protocol.ts'
import type { ParameterName, Settings } from '../../worklet/parameters.ts'
import type { Selection } from '../../worklet/selection.ts'
import { kernelModule } from '../assets.ts'
import { createSeparation, ramp, RAMP_SECONDS } from '../separation.ts'
import type { Separation } from '../separation.ts'
import { infoOf, rowsOf, valueFor } from './parameters.ts'
import { readState, writeState } from './state.ts'
import type { PluginState } from './state.ts'

type Row = ReturnType<typeof rowsOf>[number]
/** A host listens for CustomEvents; the DOM's types know of Events only. */
type Listener<Node> = EventListenerOrEventListenerObject | ((this: Node, event: CustomEvent) => unknown) | null
interface Automated { readonly seconds: number; readonly row: Row; readonly value: number; readonly event: WamEvent }

export class PluginNode extends GainNode implements WamNode {
  /** Called when the state has changed, whoever changed it. */
  onChange: () => void = () => {}
  private readonly out: GainNode
  private readonly member: AudioWorkletNode
  private separation: Separation | null = null
  private current: PluginState
  /** What is scheduled and not yet due, the next first. */
  private waiting: Automated[] = []
  private timer = 0
  /** Changes of preset, one after the other. */
  private changing: Promise<void> = Promise.resolve()

  private constructor(readonly module: WebAudioModule, state: PluginState) {
    super(module.audioContext, { channelCount: 2, channelCountMode: 'explicit' })
    const { audioContext: context, groupId, moduleId, instanceId } = module
    this.current = state
    this.out = new GainNode(context)
    const processorOptions: GroupMemberOptions = { groupId, moduleId, instanceId }
    this.member = new AudioWorkletNode(context, GROUP_MEMBER_NAME, { numberOfInputs: 1, numberOfOutputs: 0, processorOptions })
    this.member.port.onmessage = ({ data }: MessageEvent<WamEvent[]>) => this.scheduleEvents(...data)
  }

  static async create(module: WebAudioModule, state: PluginState): Promise<PluginNode> {
    const node = new PluginNode(module, state)
    await node.become(state)
    return node
  }

  get groupId(): string { return this.module.groupId }
  get moduleId(): string { return this.module.moduleId }
  get instanceId(): string { return this.module.instanceId }
  get state(): PluginState { return this.current }

  // The host's cables leave from the output, not from the input that this node is.
  override connect(node: AudioNode, output?: number, input?: number): AudioNode
  override connect(param: AudioParam, output?: number): void
  override connect(to: AudioNode | AudioParam, output = 0, input = 0): AudioNode | void {
    return to instanceof AudioParam ? this.out.connect(to, output) : this.out.connect(to, output, input)
  }
  override disconnect(...from: unknown[]): void { (this.out.disconnect as (...from: unknown[]) => void).apply(this.out, from) }

  override addEventListener(type: string, listener: Listener<this | AudioWorkletNode>, options?: boolean | AddEventListenerOptions): void {
    super.addEventListener(type, listener as EventListener, options)
  }
  override removeEventListener(type: string, listener: Listener<this | AudioWorkletNode>, options?: boolean | EventListenerOptions): void {
    super.removeEventListener(type, listener as EventListener, options)
  }

  async getParameterInfo(...names: string[]): Promise<WamParameterInfoMap> {
    return Object.fromEntries(rowsOf(names).map((row) => [row.name, infoOf(row)]))
  }

  async getParameterValues(normalized = false, ...names: string[]): Promise<WamParameterDataMap> {
    this.settle()
    const { settings } = this.current
    return Object.fromEntries(rowsOf(names).map((row) => {
      const value = settings[row.name]
      return [row.name, { id: row.name, value: normalized ? infoOf(row).normalize(value) : value, normalized }]
    }))
  }

  /** All of them or, where one is wrong, none. */
  async setParameterValues(values: WamParameterDataMap): Promise<void> {
    const settings: Partial<Settings> = {}
    for (const { id, value, normalized } of Object.values(values)) {
      const row = rowsOf([id])[0]!
      settings[row.name] = valueFor(row, value, normalized)
    }
    this.change({ settings: { ...this.current.settings, ...settings } })
  }

  async getState(): Promise<object> {
    this.settle()
    return writeState(this.current)
  }

  /** What is wrong is refused in one sentence, and what plays goes on. */
  async setState(json: unknown): Promise<void> { await this.become(await readState(json)) }

  async getCompensationDelay(): Promise<number> {
    await this.changing
    return this.separation?.latencySamples ?? 0
  }

  /** Automation by the table's names; other events mean nothing to Winnow. What is wrong is said on the console. */
  scheduleEvents(...events: WamEvent[]): void {
    const now = this.context.currentTime
    for (const event of events) {
      if (event.type !== 'wam-automation') continue
      try {
        const { id, value, normalized } = event.data
        const row = rowsOf([id])[0]!
        this.waiting.push({ seconds: Math.max(now, event.time ?? now), row, value: valueFor(row, value, normalized), event })
        this.automate(this.waiting.at(-1)!)
      } catch (error) {
        console.warn(`winnow: ${(error as Error).message}`)
      }
    }
    this.waiting.sort((a, b) => a.seconds - b.seconds)
    this.settle()
  }

  clearEvents(): void {
    this.settle()
    for (const { row, seconds } of this.waiting) this.param(row.name)?.cancelScheduledValues(Math.min(seconds, this.context.currentTime))
    this.waiting = []
  }

  connectEvents(to: string, output?: number): void { this.tell({ type: 'connect', to, output }) }
  disconnectEvents(to?: string, output?: number): void { this.tell({ type: 'disconnect', to, output }) }

  destroy(): void {
    clearTimeout(this.timer)
    this.waiting = []
    this.tell({ type: 'leave' })
    this.member.port.onmessage = null
    this.separation?.close()
    this.separation = null
    super.disconnect()
    this.out.disconnect()
  }

  /** For the panel: a change of some of the state. */
  change(part: { readonly settings?: Settings; readonly selection?: Selection }): void {
    this.current = { ...this.current, ...part }
    const { settings, selection, preset } = this.current
    this.separation?.follow(settings, selection, preset.preset.covariances ?? {})
    this.onChange()
  }

  /** Another preset is another separation: the two are faded into each other. A selection of other sources is one as well. */
  become(state: PluginState): Promise<void> {
    const change = this.changing.then(() => this.play(state))
    this.changing = change.catch(() => {})
    return change
  }

  private async play(state: PluginState): Promise<void> {
    const { preset: { preset }, settings, selection } = state
    const next = await createSeparation({
      context: this.context, module: await kernelModule(), preset, settings, selection, covariances: preset.covariances ?? {},
      channels: 2, stems: false, native: true, onFault: (message) => console.error(`winnow: ${message}`),
    })
    const last = this.separation
    super.connect(next.input)
    next.fade.connect(this.out)
    if (last) {
      ramp(this.context, next.fade.gain, 1)
      ramp(this.context, last.fade.gain, 0)
      setTimeout(() => {
        super.disconnect(last.input)
        last.close()
      }, 2 * RAMP_SECONDS * 1000)
    } else next.fade.gain.value = 1
    this.separation = next
    this.waiting = []
    this.current = state
    this.onChange()
  }

  private tell(message: ToGroupMember): void { this.member.port.postMessage(message) }

  private param(name: ParameterName): AudioParam | undefined { return this.separation?.input.parameters.get(name) }

  private automate({ row, seconds, value }: Automated): void {
    const param = this.param(row.name)
    if (!param) return
    if (row.step) param.setValueAtTime(value, seconds)
    else param.setTargetAtTime(value, seconds, RAMP_SECONDS / 3)
  }

  /** What was scheduled and is due counts as set, and its listeners hear of it. */
  private settle(): void {
    clearTimeout(this.timer)
    const now = this.context.currentTime
    const due = this.waiting.filter(({ seconds }) => seconds <= now)
    if (due.length > 0) {
      this.waiting = this.waiting.slice(due.length)
      const news = Object.fromEntries(due.map(({ row, value }) => [row.name, value]))
      this.current = { ...this.current, settings: { ...this.current.settings, ...news } }
      for (const { event } of due) this.dispatchEvent(new CustomEvent(event.type, { detail: event }))
      this.onChange()
    }
    if (this.waiting.length > 0) this.timer = window.setTimeout(() => this.settle(), Math.max(5, (this.waiting[0]!.seconds - now) * 1000))
  }
}
