/** `loop mcp` as the command line describes it; what it does is in `mcp/Start.ts`, which is quicker to load. */
import { Effect, Option } from "effect"
import { CliError, Command, Flag } from "effect/cli"
import { Client } from "./Client.ts"
import { failure } from "./Failure.ts"
import { type Configured, serve } from "./mcp/Start.ts"

const text = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)

/** The server's address and token as the other client commands find them. */
export const endpoint = Client.useSync(({ token, url }) => ({ token, url }))

export const mcp = (configured: Configured) =>
  Command.make(
    "mcp",
    {
      channelId: text("channel-id", "The channel that the tools act for"),
      dir: text("dir", "Or a directory: its channel, which is made when there is none"),
      apiUrl: text("api-url", "Where the server is; without it as for all commands"),
      log: text("log", "A file to which each message's method and time are appended")
    },
    Effect.fnUntraced(function* ({ apiUrl, channelId, dir, log }) {
      const flags = {
        apiUrl: Option.getOrUndefined(apiUrl),
        channelId: Option.getOrUndefined(channelId),
        dir: Option.getOrUndefined(dir),
        log: Option.getOrUndefined(log)
      }
      yield* Effect.tryPromise({
        try: () => serve(flags, configured),
        catch: (error) => failure(error instanceof Error ? error.message : String(error))
      })
    })
  ).pipe(
    Command.validate(({ channelId, dir }) =>
      Option.isSome(channelId) === Option.isSome(dir)
        ? Effect.fail(
            new CliError.ValidationError({ message: "Name the channel with --channel-id or its directory with --dir." })
          )
        : Effect.void
    ),
    Command.withDescription("Serve Loop's tools to an IDE or another agent: MCP over stdin and stdout"),
    Command.withAlias("m")
  )
