/** The JSON that leaves the server, as schemas: they type the answers and describe them in `/openapi.json`. */
import { Effect, Schema } from "effect"
import { BusyMode, ChannelSettings, PermissionMode, UnattendedPermissions } from "../domain/Channel.ts"
import { EventType } from "../domain/ChannelEvent.ts"
import { MessageKind, MessageState } from "../domain/Message.ts"
import { RunStatus, Usage } from "../domain/Run.ts"

export const Instant = Schema.String.annotate({ format: "date-time" })
const Text = Schema.String
const TextOrNull = Schema.NullOr(Schema.String)

export const RunShape = Schema.Struct({
  run_id: Text,
  channel_id: Text,
  trigger: Schema.Literals(["message", "task"]),
  message_id: Schema.optionalKey(Text),
  message_ids: Schema.Array(Text),
  task_id: Schema.optionalKey(Schema.Int),
  status: RunStatus,
  reason: Schema.optionalKey(Text),
  attempt: Schema.Int,
  session_id: TextOrNull,
  started_at: Instant,
  ended_at: Schema.NullOr(Instant),
  cost_usd: Schema.Finite,
  usage: Usage,
  turns: Schema.Int,
  result: Schema.optionalKey(Text)
}).annotate({ identifier: "Run" })

const Files = Schema.Array(Schema.Struct({ name: Text, mime: Text }))

export const MessageShape = Schema.Struct({
  message_id: Text,
  author_id: Text,
  author_name: Text,
  is_bot: Schema.Boolean,
  content: Text,
  created_at: Instant,
  state: MessageState,
  run_id: Schema.optionalKey(Text),
  kind: Schema.optionalKey(MessageKind.annotate({ description: "`prompt` where it is not there." })),
  files: Schema.optionalKey(Files.annotate({ description: "What the bot has sent; each can be fetched." })),
  attachments: Schema.optionalKey(
    Files.annotate({
      description:
        "What came with a person's message; each can be fetched as long as the agent leaves it in the work directory."
    })
  ),
  buttons: Schema.optionalKey(
    Schema.Array(Schema.Struct({ id: Text, label: Text, style: Text })).annotate({
      description:
        "What a person can do about it now: `hostonce:<ask_id>`, `host:<ask_id>`, `retry:<run_id>`, `resume:<task_id>`, …"
    })
  )
}).annotate({ identifier: "Message" })

export const ChannelEntry = Schema.Struct({
  channel_id: Text,
  platform: Text,
  name: Text,
  dir_path: Text,
  parent_id: Text,
  active: Schema.Boolean,
  state: Schema.Literals(["idle", "running", "waiting"]).annotate({
    description: "`waiting`: for a person's decision."
  }),
  last_message_at: Schema.optionalKey(Instant),
  session_id: Schema.optionalKey(Text.annotate({ description: "Of the conversation that it goes on in." }))
}).annotate({ identifier: "ChannelEntry", description: "Texts are empty where there is nothing." })

export const QueueEntry = Schema.Struct({
  message_id: Text,
  content: Text,
  author_name: Text,
  created_at: Instant,
  waiting_for: Schema.Literals(["turn", "slot"])
}).annotate({ identifier: "QueueEntry" })

export const ChannelShape = Schema.Struct({
  channel_id: Text,
  platform: Text,
  name: Text,
  parent_id: TextOrNull,
  dir_path: TextOrNull,
  active: Schema.Boolean,
  session_id: TextOrNull,
  busy: BusyMode,
  permission_mode: PermissionMode.annotate({ description: "What applies, wherever it is set, as `busy` is." }),
  unattended_permissions: UnattendedPermissions.annotate({ description: "What applies, too." }),
  claude_model: Text.annotate({ description: "What applies; empty: the engine's own choice." }),
  state: Schema.Literals(["idle", "running"]),
  run: Schema.optionalKey(RunShape),
  queue: Schema.Array(QueueEntry),
  settings: ChannelSettings
}).annotate({ identifier: "Channel" })

export const EventShape = Schema.Struct({
  id: Schema.optionalKey(Schema.Int),
  type: EventType,
  at: Instant,
  channel_id: TextOrNull,
  run_id: Schema.optionalKey(Text),
  data: Schema.Json
}).annotate({ identifier: "Event", description: "`run.text` has no id: it is live only." })

export const ChannelRef = Schema.Struct({ channel_id: Text })
export const MessageRef = Schema.Struct({ message_id: Text, channel_id: Text })

/** How many rows at most; 50 unless told. */
export const Limit = Schema.FiniteFromString.check(Schema.isInt(), Schema.isBetween({ minimum: 1, maximum: 500 })).pipe(
  Schema.withDecodingDefaultKey(Effect.succeed("50"))
)
