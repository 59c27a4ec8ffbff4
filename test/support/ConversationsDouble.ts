/**
 * `Conversations` over real rows and without actors: what is posted stays queued, and what would need an actor
 * (`stop`, `reset`, `prepare`, `command`, `retry`) answers plainly. For tests of the faces alone.
 */
import { Effect, Layer, Ref } from "effect"
import { SecureRandom } from "effect/crypto"
import type { Channel } from "../../src/domain/Channel.ts"
import { ChannelId, MessageId, type RunId } from "../../src/domain/Ids.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Conversations, Refused } from "../../src/services/Conversations.ts"
import { Messages } from "../../src/services/Messages.ts"
import { Requests } from "../../src/services/Requests.ts"
import { Runs } from "../../src/services/Runs.ts"

const refused = (reason: Refused["reason"], message: string, field: string | null = null) =>
  new Refused({ reason, field, message })

const make = Effect.gen(function* () {
  const channels = yield* Channels
  const messages = yield* Messages
  const runs = yield* Runs
  const requests = yield* Requests
  const random = yield* SecureRandom.SecureRandom
  const commands = yield* Ref.make<ReadonlyArray<string>>([])

  const find = Effect.fnUntraced(function* (id: string) {
    const [channel, ...others] = yield* channels.resolve(id)
    if (channel === undefined) return yield* refused("not_found", `There is no channel ${id}.`)
    if (others.length > 0) {
      const ids = [channel, ...others].map(({ channel_id }) => channel_id)
      return yield* refused("invalid", `${id} may be ${ids.join(" or ")}.`, "channel_id")
    }
    return channel
  })

  const inspect = Effect.fnUntraced(function* (id: ChannelId) {
    const run = (yield* runs.live(id)) ?? null
    const queue = (yield* messages.queued(id)).map(({ message_id, content, author_name, created_at }) => {
      return { message_id, content, author_name, created_at, waiting_for: "turn" as const }
    })
    return { state: run === null ? ("idle" as const) : ("running" as const), run, queue }
  })

  const tooLate = (happened: boolean) =>
    happened ? Effect.void : Effect.fail(refused("conflict", "The message is being worked on already."))

  const create = Effect.fnUntraced(function* (draft: {
    readonly name: string
    readonly dir_path?: string
    readonly parent_id?: ChannelId
  }) {
    const channel_id = ChannelId.make(`local:${(yield* random.uuidV7()).slice(-12)}`)
    const { name, dir_path, parent_id } = draft
    const known = { ...(dir_path && { dir_path }), ...(parent_id && { parent_id }) }
    return yield* channels.upsert({ channel_id, platform: "local", name, ...known })
  })

  const stopped = Effect.fnUntraced(function* (
    id: ChannelId
  ): Effect.fn.Return<
    { readonly stopped: boolean; readonly run_id?: RunId },
    Effect.Error<ReturnType<typeof runs.live>>
  > {
    const run = yield* runs.live(id)
    if (run === undefined) return { stopped: false }
    yield* runs.patch(run.run_id, { status: "stopped", ended_at: 2 })
    return { stopped: true, run_id: run.run_id }
  })

  return Conversations.of({
    post: Effect.fnUntraced(function* (_, message) {
      const { channel_id, content, author_id = "local-user", author_name = author_id, kind = "prompt" } = message
      const message_id = message.message_id ?? MessageId.make(yield* random.uuidV7())
      const attachments = message.attachments ?? []
      const { fresh } = yield* messages.accept({
        channel_id,
        message_id,
        author_id,
        author_name,
        content,
        kind,
        attachments
      })
      return { message_id, fresh }
    }),
    find: (_, id) => find(id),
    inspect: (_, id) => inspect(id),
    stop: (_, id) => stopped(id),
    reset: (_, id) => Effect.asVoid(channels.patch(id, { session_id: null })),
    prepare: () => Effect.void,
    editQueued: (_, id, message, content) => Effect.flatMap(messages.edit(id, message, content), tooLate),
    dropQueued: (_, id, message) => Effect.flatMap(messages.drop(id, message), tooLate),
    decide: Effect.fnUntraced(function* (_, id, decision, message) {
      const status = decision === "deny" ? "denied" : decision === "allow" ? "allowed" : "allowed_always"
      const approval = yield* requests.approval(id)
      if (approval === undefined) return yield* refused("not_found", `There is no approval ${id}.`)
      const decided = yield* requests.decide(id, status, message)
      if (!decided) return yield* refused("conflict", `It was ${approval.status} before.`)
    }),
    create: (_, draft) => create(draft),
    ensure: Effect.fnUntraced(function* (_, dir) {
      return (yield* channels.byDirectory(dir, "local")) ?? (yield* create({ name: "made", dir_path: dir }))
    }),
    createThread: (_, { channel_id, name }) => create({ name, parent_id: channel_id }),
    patch: (_, id, patch) => channels.patch(id, patch),
    remove: (_, id) => channels.remove(id),
    retry: () => Effect.succeed(MessageId.make("retried")),
    command: Effect.fnUntraced(function* (_, id, command) {
      const all = yield* Ref.updateAndGet(commands, (before) => [...before, command])
      const channel: Channel = yield* channels.get(id)
      return `${channel.name}: ${all.join(", ")}`
    })
  })
})

export const layer = Layer.effect(Conversations, make)
