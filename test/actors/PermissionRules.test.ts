/** What is always allowed in a channel: as narrow as what was looked at, shown, and taken back. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import type { AgentRequest } from "../../src/domain/AgentEvent.ts"
import { ChannelId } from "../../src/domain/Ids.ts"
import { Audit } from "../../src/services/Audit.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Conversations } from "../../src/services/Conversations.ts"
import type { Subject } from "../../src/services/Tokens.ts"
import * as House from "../support/House.ts"
import { Outside } from "../support/Outside.ts"
import { asking } from "../support/Scripts.ts"

const { asked, decide, ended, house, post, room, said } = House

const person = (person_id: string, name: string): Subject => ({
  kind: "person",
  platform: "discord",
  person_id,
  name,
  roles: []
})
const ada = person("1", "Ada")
const bob = person("2", "Bob")
const permissions = { owners: { users: ["1"], roles: [] }, members: { users: ["2"], roles: [] } }

const bash = (command: string): AgentRequest => ({
  _tag: "Permission",
  toolUseId: "t",
  tool: "Bash",
  input: { command, description: command }
})

/** Prompts that make the agent ask for a command, each by its text. */
const commands = Effect.fnUntraced(function* (...all: ReadonlyArray<string>) {
  const outside = yield* Outside
  for (const command of all) outside.when(command, asking(bash(command)))
})

const always = Effect.fnUntraced(function* (here: { readonly channel_id: ChannelId }, command: string) {
  yield* post(here, command)
  const { approval_id } = yield* asked(here)
  yield* Conversations.use((all) => all.decide(ada, approval_id, "allow_always", null))
  yield* ended(here)
})

const rules = ({ channel_id }: { readonly channel_id: ChannelId }, subject: Subject = ada) =>
  Conversations.use((all) => all.rules(subject, channel_id))
const command = ({ channel_id }: { readonly channel_id: ChannelId }, options: Readonly<Record<string, string>> = {}) =>
  Effect.map(
    Conversations.use((all) => all.command(ada, channel_id, "rules", options)),
    ({ text }) => text
  )

describe("What was always allowed", () => {
  it.effect("is that command alone; a longer one is asked about", () =>
    house(
      Effect.gen(function* () {
        yield* commands("npm test", "npm test -- --watch")
        const here = yield* room("room")
        yield* always(here, "npm test")
        yield* post(here, "npm test -- --watch")
        assert.strictEqual((yield* asked(here)).status, "pending")
        yield* decide(yield* asked(here), "deny")
        yield* ended(here, 2)
        assert.deepStrictEqual(yield* said(here), ["Allow", "Denied: The user denied this."])
        assert.isUndefined((yield* Channels.use((all) => all.get(here.channel_id))).settings.allowed_tools)
      }),
      { permissions }
    )
  )

  it.effect("holds in the channel and its threads, not the other way round and not elsewhere", () =>
    house(
      Effect.gen(function* () {
        yield* commands("ls", "pwd")
        const here = yield* room("room")
        const thread = ChannelId.make("local:thread")
        yield* Channels.use((all) =>
          all.upsert({ channel_id: thread, platform: "local", name: "thread", parent_id: here.channel_id })
        )
        const inside = { channel_id: thread }
        const elsewhere = yield* room("elsewhere")
        yield* always(here, "ls")
        yield* post(inside, "ls")
        yield* ended(inside)
        assert.deepStrictEqual(yield* said(inside), ["Allow"])
        yield* post(elsewhere, "ls")
        yield* decide(yield* asked(elsewhere), "deny")

        yield* post(inside, "pwd")
        const { approval_id } = yield* asked(inside)
        yield* Conversations.use((all) => all.decide(ada, approval_id, "allow_always", null))
        yield* ended(inside, 2)
        yield* post(here, "pwd")
        yield* decide(yield* asked(here), "deny")
        assert.lengthOf(yield* rules(here), 1)
        assert.lengthOf(yield* rules(inside), 2)
      }),
      { permissions }
    )
  )

  it.effect(
    "says who made it and when, tells the run that it was used, and ends for good when an owner takes it back",
    () =>
      house(
        Effect.gen(function* () {
          yield* commands("ls")
          const outside = yield* Outside
          outside.when("ls again", asking(bash("ls")))
          outside.when("ls later", asking(bash("ls")))
          const here = yield* room("room")
          yield* always(here, "ls")
          const [rule] = yield* rules(here, bob)
          assert.deepInclude(rule, { made_by: "Ada", rule: { tool: "Bash", kind: "command", value: "ls" } })
          const id = rule?.rule_id ?? ""
          assert.match(
            yield* command(here),
            new RegExp(`\n- \`${id}\` \`Bash\\(ls\\)\`: exactly this command.* by Ada on 1970-01-01$`)
          )
          yield* House.pass(1)
          const noted = Effect.map(
            SqlClient.SqlClient.use((sql) => sql<{ data: string }>`SELECT data FROM events WHERE type = 'run.note'`),
            (rows) => rows.filter(({ data }) => data.includes(id)).length
          )
          yield* post(here, "ls again")
          yield* ended(here, 2)
          assert.strictEqual(yield* noted, 1)

          const refused = yield* Effect.flip(Conversations.use((all) => all.revokeRule(bob, here.channel_id, id)))
          assert.strictEqual(refused._tag, "Denied")
          assert.strictEqual(yield* command(here, { revoke: id }), "`Bash(ls)` is no longer always allowed.")
          assert.deepStrictEqual(yield* rules(here), [])
          const again = yield* Effect.flip(command(here, { revoke: id }))
          assert.deepInclude(again, { reason: "not_found" })
          yield* post(here, "ls later")
          yield* decide(yield* asked(here), "deny")
          yield* ended(here, 3)
          assert.deepStrictEqual(yield* said(here), ["Allow", "Allow", "Denied: The user denied this."])
          const acts = yield* Audit.use((audit) => audit.list({ limit: 20 }))
          assert.deepStrictEqual(
            acts
              .filter(({ action }) => action.startsWith("rule."))
              .map(({ action, actor_name, outcome, target }) => [action, actor_name, outcome, target]),
            [
              ["rule.revoke", "Ada", "done", id],
              ["rule.revoke", "Bob", "denied", id],
              ["rule.make", "Ada", "done", id]
            ]
          )
        }),
        { permissions }
      )
  )
})
