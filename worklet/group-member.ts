// The plug-in's place in its host's group of Web Audio Modules: what other modules play at it on the audio thread is handed to
// its node on the page's thread, which owns the parameters. Without such a host it is never made.

import { GROUP_MEMBER_NAME, type GroupMemberOptions, type ToGroupMember } from './protocol.ts'

// The host's part of AudioWorkletGlobalScope (@webaudiomodules/api), as far as it is used.
interface Environment {
  addWam(member: GroupMember): void
  removeWam(member: GroupMember): void
  connectEvents(group: string, from: string, to: string, output?: number): void
  disconnectEvents(group: string, from: string, to?: string, output?: number): void
}
declare abstract class AudioWorkletProcessor {
  readonly port: { onmessage: ((event: { data: ToGroupMember }) => void) | null; postMessage(events: readonly unknown[]): void }
}
declare function registerProcessor(name: string, processor: unknown): void

const environment = (): Environment | undefined => (globalThis as { webAudioModules?: Environment }).webAudioModules

class GroupMember extends AudioWorkletProcessor {
  readonly groupId: string
  readonly moduleId: string
  readonly instanceId: string
  private present = true

  constructor({ processorOptions: { groupId, moduleId, instanceId } }: { processorOptions: GroupMemberOptions }) {
    super()
    this.groupId = groupId
    this.moduleId = moduleId
    this.instanceId = instanceId
    environment()?.addWam(this)
    this.port.onmessage = ({ data }) => this.receive(data)
  }

  private receive(message: ToGroupMember): void {
    const { groupId, instanceId } = this
    if (message.type === 'connect') environment()?.connectEvents(groupId, instanceId, message.to, message.output)
    else if (message.type === 'disconnect') environment()?.disconnectEvents(groupId, instanceId, message.to, message.output)
    else this.destroy()
  }

  /** Called by the module that sends; what it sends is its own garbage. */
  scheduleEvents(...events: readonly unknown[]): void { this.port.postMessage(events) }
  /** Winnow has no events of its own. */
  emitEvents(): void {}
  /** What was scheduled is the node's: it clears it. */
  clearEvents(): void {}
  /** The node knows it, in samples. */
  getCompensationDelay(): number { return 0 }

  destroy(): void {
    if (this.present) environment()?.removeWam(this)
    this.present = false
  }

  process(): boolean { return this.present }
}

registerProcessor(GROUP_MEMBER_NAME, GroupMember)
