/** `loop image build`: the image that agents run in. */
import { Console, Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { AgentImage } from "../services/AgentImage.ts"
import { progress } from "./Screen.ts"

const build = Command.make(
  "build",
  {
    full: Flag.Boolean("full").pipe(
      Flag.withDescription("With Go, Rust, C++, the Docker and AWS command lines and tk too"),
      Flag.withDefault(false)
    )
  },
  Effect.fnUntraced(function* ({ full }) {
    const image = yield* AgentImage
    const digest = yield* image
      .build((line) => Console.error(line), full ? "full" : undefined)
      .pipe(progress("Building the image"))
    yield* Console.log(digest)
  })
).pipe(Command.withDescription("Build it now, with progress on stderr"))

export const image = Command.make("image").pipe(
  Command.withDescription("The image that agents run in"),
  Command.withSubcommands([build])
)
