/** A store in a directory of its own, and the rows that most tests begin with. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import type { JournalEvent } from "../../../src/domain/ChannelEvent.ts"
import type { ApprovalId, ChannelId, MessageId, ProcessId, PromptId, RunId } from "../../../src/domain/Ids.ts"
import type { InboundMessage } from "../../../src/domain/Message.ts"
import { noUsage, type Run } from "../../../src/domain/Run.ts"
import * as Masker from "../../../src/domain/secrets/Masker.ts"
import * as Store from "../../../src/layers/store/index.ts"
import { Channels } from "../../../src/services/Channels.ts"
import { Masking } from "../../../src/services/Masking.ts"
import type { ProcessRow } from "../../../src/services/Processes.ts"
import type { Approval, RequestRow } from "../../../src/services/Requests.ts"

/** A directory that goes away with the scope. */
export const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "loop-store-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** A real file, new for each test. */
export const onFile = Layer.unwrap(Effect.map(directory, (path) => Store.layer(join(path, "loop.sqlite"))))

/** The same with no secrets but its own: those of other tests of this process would hold texts back. */
export const fresh = Layer.provideMerge(onFile, Layer.sync(Masking, Masker.make))

export const room = "local:room" as ChannelId
export const other = "local:other" as ChannelId
export const messageId = (id: string) => id as MessageId
export const runId = (id: string) => id as RunId

export const openRoom = (channel_id: ChannelId = room) =>
  Channels.use((channels) => channels.upsert({ channel_id, platform: "local", name: "room" }))

export const inbound = (id: string, change: Partial<InboundMessage> = {}): InboundMessage => ({
  channel_id: room,
  message_id: messageId(id),
  author_id: "u1",
  author_name: "Ada",
  content: `text of ${id}`,
  kind: "prompt",
  attachments: [],
  ...change
})

export const run = (id: string, change: Partial<Run> = {}): Run => ({
  run_id: runId(id),
  channel_id: room,
  trigger: "message",
  task_id: null,
  message_ids: [messageId("m1")],
  status: "starting",
  reason: null,
  attempt: 1,
  defects: 0,
  stalls: 0,
  session_id: null,
  resets: 0,
  process_id: null,
  prompt_id: "prompt" as PromptId,
  prompt: "Ada: hi",
  prompt_state: "stored",
  fresh_tried: false,
  compact_tried: false,
  started_at: 1,
  ended_at: null,
  cost_usd: 0,
  usage: noUsage,
  turns: 0,
  result: null,
  ...change
})

export const processId = "0123abcd" as ProcessId

export const process = (change: Partial<ProcessRow> = {}): ProcessRow => ({
  process_id: processId,
  channel_id: room,
  session_id: null,
  config_hash: "hash",
  cursor: null,
  cursor_at: 0,
  cost_total: 0,
  started_at: 1,
  ...change
})

const permission = { _tag: "Permission", toolUseId: "t1", tool: "Bash", input: { command: "ls" } } as const

export const request = (request_id: string, change: Partial<RequestRow> = {}): Omit<RequestRow, "answer"> => ({
  process_id: processId,
  request_id,
  run_id: null,
  request: permission,
  ...change
})

export const approval = (
  request_id: string,
  change: Partial<Omit<Approval, "status" | "message" | "decided_at" | "decided_by">> = {}
) => ({
  approval_id: `approval-${request_id}` as ApprovalId,
  channel_id: room,
  run_id: runId("r1"),
  process_id: processId,
  request_id,
  request: permission,
  cwd: "/work",
  created_at: 1,
  expires_at: 1000,
  ...change
})

/** Everything in the journal. */
export const events = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<JournalEvent & { readonly data: string }>`SELECT * FROM events ORDER BY id`
  return rows.map((row): JournalEvent => Object.assign(row, { data: JSON.parse(row.data) }))
})
