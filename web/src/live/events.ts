/** Events as the server sends them; the shapes of `data` by type. */
import type { Message, QueueEntry, Run } from "../api/client.ts"

export interface ToolData {
  readonly tool_use_id: string
  readonly name: string
  readonly state: "started" | "succeeded" | "failed"
  readonly input_summary?: string
  readonly output_summary?: string
  readonly input?: unknown
  readonly output?: string
  readonly duration_ms?: number
}

export interface EgressData {
  readonly host: string
  readonly port: number
  readonly decision: string
  readonly reason?: string
  /** How often, in the sums at a run's end. */
  readonly times?: number
  /** How much went over it, there too. */
  readonly bytes?: number
  /** Who let it through. */
  readonly by?: string
  /** The question to people whether it may be let through. */
  readonly ask_id?: string
}

export interface Question {
  readonly question: string
  readonly options: ReadonlyArray<string>
  readonly multiple: boolean
}

export type Request =
  | { readonly _tag: "Permission"; readonly tool: string; readonly input: unknown }
  | { readonly _tag: "Plan"; readonly plan: string }
  | { readonly _tag: "Question"; readonly questions: ReadonlyArray<Question> }

export interface Approval {
  readonly approval_id: string
  readonly request: Request
  /** Where the run works. */
  readonly cwd?: string
  /** What "Always" would allow. */
  readonly always?: { readonly rule: string; readonly meaning: string }
  readonly status: "pending" | "allowed" | "allowed_always" | "denied" | "expired" | "withdrawn"
  readonly message?: string
  readonly created_at: string
  readonly expires_at: string
  readonly decided_by?: string
}

export interface Ended {
  readonly status?: Run["status"]
  readonly reason?: string | null
  readonly cost_usd?: number
  readonly usage?: Run["usage"]
  readonly duration_ms?: number
}

interface DataOf {
  readonly "message.created": Message
  readonly "message.updated": Message
  readonly "queue.changed": { readonly queue: ReadonlyArray<QueueEntry>; readonly total?: number }
  readonly "run.started": unknown
  readonly "run.text": {
    readonly message_uuid: string
    readonly offset: number
    readonly text: string
    readonly reset?: boolean
  }
  readonly "run.turn": unknown
  readonly "run.thinking": { readonly text: string }
  readonly "run.tool": ToolData
  readonly "run.retry": { readonly text?: string }
  readonly "run.note": { readonly text?: string }
  readonly "run.egress": EgressData
  readonly "run.ended": Ended
  readonly "approval.requested": Approval
  readonly "approval.decided": Approval
  readonly "task.fired": unknown
  readonly "task.changed": unknown
  readonly "channel.changed": unknown
  /** Of this reader alone. */
  readonly "channel.seen": { readonly until: string }
  readonly "platform.changed": unknown
  readonly reset: unknown
}

export type EventName = keyof DataOf

export type ServerEvent = {
  readonly [K in EventName]: {
    /** Not on `run.text`: it is live only. */
    readonly id?: number
    readonly type: K
    readonly at: string
    readonly channel_id: string | null
    readonly run_id?: string
    readonly data: DataOf[K]
  }
}[EventName]
