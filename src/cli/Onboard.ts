/** `loop onboard:global`: makes LOOP_HOME, and says what to do until the bot answers. */
import { Console, Effect, type Layer, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { inviteLink } from "../domain/chat/Invite.ts"
import type { Config } from "../domain/Config.ts"
import { type ConfigInvalid, Settings } from "../services/Settings.ts"
import { failure } from "./Failure.ts"

interface Onboarded {
  readonly config: string
  readonly was: "made" | "kept"
  readonly aside: string | undefined
  readonly owned: boolean
}

export interface Home<E> {
  readonly onboard: (wanted: {
    readonly owner: string | undefined
    readonly force: boolean
  }) => Effect.Effect<Onboarded, E>
  /** Read behind it. */
  readonly settings: Layer.Layer<Settings, ConfigInvalid>
}

const made = ({ aside, config, was }: Onboarded): string => {
  if (was === "kept") return `${config} is there already and is kept; what was missing beside it is made.`
  return aside === undefined ? `${config} is made.` : `${config} is made anew; the old one is ${aside} now.`
}

const hasKey = (config: Config) => config.anthropic_api_key !== "" || config.claude_code_oauth_token !== ""

/** What is left to do, in order. */
const steps = (config: Config, path: string): ReadonlyArray<string> => {
  const onDiscord = config.platforms.includes("discord")
  const { discord_app_id: app, discord_guild_id: guild } = config
  const owned = config.permissions.owners.users.length + config.permissions.owners.roles.length > 0
  return [
    ...(hasKey(config) ? [] : ["Give Loop its key for the model: loop key set"]),
    ...(onDiscord
      ? []
      : [
          `For Discord, set platforms, discord_token, discord_app_id and discord_guild_id in ${path} ("loop readme" has the steps), then run this again.`
        ]),
    ...(app === "" ? [] : [`Invite the bot to your Discord server: ${inviteLink(app, guild)}`]),
    "See what is missing: loop doctor",
    "Start: loop serve, or as a service: loop daemon:start",
    ...(onDiscord && !owned ? ["Own it: write /loop claim with the code that loop serve prints, on Discord."] : []),
    onDiscord ? "Say hello: mention the bot." : "Open the page: loop url"
  ]
}

export const onboardGlobal = <E>({ onboard, settings }: Home<E>) =>
  Command.make(
    "onboard:global",
    {
      ownerId: Flag.String("owner-id").pipe(
        Flag.withDescription("The platform's id of the person who owns this Loop"),
        Flag.optional
      ),
      force: Flag.Boolean("force").pipe(
        Flag.withDescription("Begin with a new config.json; the old one is put beside it"),
        Flag.withDefault(false)
      )
    },
    Effect.fnUntraced(function* ({ force, ownerId }) {
      const owner = Option.getOrUndefined(ownerId)
      if (owner !== undefined && !/^[\w-]{1,64}$/.test(owner)) {
        return yield* failure(
          `"${owner}" is no person's id. On Discord turn on Developer Mode, then right-click yourself and choose Copy User ID.`
        )
      }
      const done = yield* onboard({ owner, force })
      yield* Console.log(made(done))
      const config = yield* Settings.use(({ current }) => current).pipe(Effect.provide(settings))
      yield* Console.log(
        ["", "Next:", ...steps(config, done.config).map((step, index) => `  ${index + 1}. ${step}`)].join("\n")
      )
      if (!done.owned) {
        return yield* failure(
          `${done.config} is yours and was not changed, so ${owner} is no owner yet: add the id to permissions.owners.users there, or begin anew with --force.`
        )
      }
    })
  ).pipe(Command.withDescription("Make LOOP_HOME and say what to do next; what is there is kept"))
