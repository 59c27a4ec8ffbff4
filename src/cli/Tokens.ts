/** `loop token`: what programs and other people call the server with. */
import { Console, DateTime, Effect, Option, Result, Schema } from "effect"
import { Argument, CliError, Command, Flag } from "effect/cli"
import { Access, TokenScope } from "../domain/Access.ts"
import * as Interval from "../domain/tasks/Interval.ts"
import { ask, json, printJson } from "./Ask.ts"
import { Client } from "./Client.ts"
import { printTable } from "./Table.ts"

const Token = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  scope: TokenScope,
  created_at: Schema.String,
  expires_at: Schema.optionalKey(Schema.String)
})
const Made = Schema.Struct({ ...Token.fields, secret: Schema.String })

const invalid = (message: string) => Effect.fail(new CliError.ValidationError({ message }))

/** An instant, or how long from now. */
const expiry = Effect.fnUntraced(function* (text: string) {
  const at = DateTime.make(text)
  if (Option.isSome(at)) return DateTime.formatIso(at.value)
  return yield* Result.match(Interval.parse(text), {
    onSuccess: (milliseconds) =>
      Effect.map(DateTime.now, (now) => DateTime.formatIso(DateTime.add(now, { milliseconds }))),
    onFailure: () =>
      invalid(
        `--expires is an instant such as 2031-05-04T09:00:00Z, or a time from now such as 30d; "${text}" is neither.`
      )
  })
})

const create = Command.make(
  "create",
  {
    name: Argument.String("name").pipe(Argument.withDescription("What it is for")),
    access: Flag.Literals("access", Access.literals).pipe(
      Flag.withDescription("read, write (says and stops things), or admin (settings, roles, tokens)")
    ),
    channel: Flag.String("channel").pipe(
      Flag.withAlias("c"),
      Flag.withDescription("A channel, with its threads; may be given again. Without it every channel"),
      Flag.atLeast(0)
    ),
    expires: Flag.String("expires").pipe(
      Flag.withDescription("An instant, or a time from now such as 12h or 30d"),
      Flag.optional
    ),
    json
  },
  Effect.fnUntraced(function* ({ access, channel, expires, json, name }) {
    const ends = Option.isSome(expires) ? { expires_at: yield* expiry(expires.value) } : {}
    const { raw, value } = yield* ask("POST /api/tokens", Made, {
      body: { name, scope: { channels: channel.length === 0 ? ["*"] : channel, access }, ...ends }
    })
    if (json) return yield* printJson(raw)
    yield* Console.error(`Token ${value.id} is made. Its secret is shown this once:`)
    yield* Console.log(value.secret)
  })
).pipe(
  Command.withDescription("Make a token; its secret is printed once"),
  Command.withExamples([
    {
      command: "loop token create ci --access write --channel local:abc --expires 90d",
      description: "For a program that works in one channel"
    }
  ])
)

const list = Command.make(
  "list",
  { json },
  Effect.fnUntraced(function* ({ json }) {
    const { raw, value } = yield* ask("GET /api/tokens", Schema.Array(Token))
    if (json) return yield* printJson(raw)
    yield* printTable(
      ["ID", "NAME", "ACCESS", "CHANNELS", "CREATED", "EXPIRES"],
      value.map(({ created_at, expires_at = "-", id, name, scope }) => [
        id,
        name,
        scope.access,
        scope.channels.join(","),
        created_at,
        expires_at
      ])
    )
  })
).pipe(Command.withDescription("List the tokens that are good, without their secrets"))

const revoke = Command.make(
  "revoke",
  { id: Argument.String("id").pipe(Argument.withDescription("The token's id")), json },
  Effect.fnUntraced(function* ({ id, json }) {
    yield* Client.use((client) => client.call("DELETE /api/tokens/{id}", { path: { id } }))
    yield* json ? printJson({ id, revoked: true }) : Console.log(`Token ${id} is revoked.`)
  })
).pipe(Command.withDescription("Take a token back at once, with those that were made with it"))

export const token = Command.make("token").pipe(
  Command.withDescription("Tokens for programs and other people"),
  Command.withSubcommands([create, list, revoke])
)
