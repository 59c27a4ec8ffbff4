/**
 * A Discord for tests: REST and gateway on loopback, to which the real discord.js connects, with people who write,
 * click and delete, and with everything that goes wrong between a bot and Discord.
 *
 * What bots ask and what it answers is held against Discord's own description (`OpenApi.ts`); a violation fails the
 * test when its scope closes.
 */
import { Effect } from "effect"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { makeFaults, type Faults } from "./Faults.ts"
import { makeGateway } from "./gateway/Gateway.ts"
import type { Gateway } from "./gateway/GatewayControl.ts"
import { type Interactions, makeInteractions } from "./people/Interactions.ts"
import { makePeople, type People } from "./people/People.ts"
import * as OpenApi from "./OpenApi.ts"
import type { Logged } from "./rest/Log.ts"
import { makeRest } from "./rest/RestServer.ts"
import * as Guilds from "./world/Guilds.ts"
import * as Messages from "./world/Messages.ts"
import type { Channel, Guild, Interaction, Message, User } from "./world/Model.ts"
import { everyoneDefault } from "./world/Permissions.ts"
import { makeWorld, type World } from "./world/World.ts"

export interface Options {
  readonly token?: string
  readonly username?: string
  /** Whether Message Content is switched on in the developer portal; it is, when absent. */
  readonly messageContent?: boolean
  /** Bits of the role that the bot got with its invitation. */
  readonly botPermissions?: bigint
  readonly everyonePermissions?: bigint
  /** Milliseconds; 41,250 as Discord has it, when absent. */
  readonly heartbeatInterval?: number
  /** Epoch milliseconds, for ids and timestamps. */
  readonly now?: () => number
  /** Held against instead of Discord's own, which `LOOP_DISCORD_OPENAPI` names. */
  readonly description?: OpenApi.Description
}

/** What Loop's invitation asks for. */
const invitedWith = 395_137_109_072n

export interface DiscordServer {
  readonly url: string
  /** For discord.js: `rest: { api }`. */
  readonly api: string
  readonly token: string
  readonly applicationId: string
  /** The bot's own account. */
  readonly bot: User
  /** A guild with a text channel `general`, owned by `owner`. */
  readonly guild: Guild
  readonly general: Channel
  readonly owner: User
  /** Everything there is, for what is not named here. */
  readonly world: World
  readonly people: People
  readonly interactions: Interactions
  readonly gateway: Gateway
  readonly faults: Faults
  /** As people see it, oldest first. */
  readonly messages: (channel: Channel) => ReadonlyArray<Message>
  /** What a message said before, oldest first. */
  readonly edits: (message: Message) => ReadonlyArray<string>
  /** When typing was shown: epoch milliseconds. */
  readonly typing: (channel: Channel) => ReadonlyArray<number>
  /** Every request, in order; `route` is as in Discord's documentation. */
  readonly requests: ReadonlyArray<Logged>
  readonly interactionAnswers: () => ReadonlyArray<Interaction>
  /** Waits until something is found; looks now and after each change of anything here. */
  readonly until: World["until"]
  /** Waits for a request, also one that is already there. */
  readonly untilRequest: (method: string, route: string, times?: number) => Effect.Effect<Logged>
  /** Waits for a message that people can see. */
  readonly untilMessage: (channel: Channel, matches: (message: Message) => boolean) => Effect.Effect<Message>
  /** The few minutes pass in which a nonce counts as known. */
  readonly forgetNonces: Effect.Effect<void>
  /** What disagrees with Discord's description so far; taking it is how a test says that it meant it. */
  readonly takeViolations: () => ReadonlyArray<string>
  /** Dies with all violations, as the end of the scope does. */
  readonly assertValid: Effect.Effect<void>
}

const listening = Effect.fnUntraced(function* (world: World, options: Options, violations: Array<string>) {
  const requests: Array<Logged> = []
  const { faults, verdicts } = makeFaults(world.now)
  const violated = (where: string, problems: ReadonlyArray<string>) => {
    if (problems.length > 0) violations.push(`${where}: ${problems.join("; ")}`)
  }
  const description = options.description ?? OpenApi.description()
  const rest = makeRest({ description, world, verdicts, requests, violated })
  const { end, gateway, upgrade } = makeGateway({
    world,
    description,
    violated,
    heartbeatInterval: options.heartbeatInterval ?? 41_250
  })
  const run = Effect.runForkWith(yield* Effect.context())
  const server = createServer((request, response) => void run(rest.answer(request, response)))
  server.on("upgrade", upgrade)
  yield* Effect.acquireRelease(
    Effect.callback<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
    () =>
      Effect.callback<void>((resume) => {
        end()
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      })
  )
  world.cdn = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { faults, gateway, requests }
})

/** Starts one on a free loopback port; it ends with the scope, which fails if Discord's description was violated. */
export const make = Effect.fn("DiscordServer.make")(function* (options: Options = {}) {
  const { messageContent = true, token = "a-token.for.tests", username = "Loop" } = options
  const world = makeWorld(options.now ?? Date.now, { token, username, messageContent })
  const violations: Array<string> = []
  const { faults, gateway, requests } = yield* listening(world, options, violations)

  const owner = Guilds.addUser(world, "ada")
  const guild = Guilds.found(world, "The House", owner, {
    everyone: options.everyonePermissions ?? everyoneDefault,
    bot: options.botPermissions ?? invitedWith
  })
  const general = Guilds.addChannel(world, guild, { name: "general" })

  const assertValid = Effect.suspend(() =>
    violations.length === 0
      ? Effect.void
      : Effect.die(new Error(`Not as Discord describes it:\n${violations.splice(0).join("\n")}`))
  )
  yield* Effect.addFinalizer(() => assertValid)

  const server: DiscordServer = {
    url: world.cdn,
    api: `${world.cdn}/api`,
    token,
    applicationId: world.bot.applicationId,
    bot: world.bot.user,
    guild,
    general,
    owner,
    world,
    people: makePeople(world),
    interactions: makeInteractions(world),
    gateway,
    faults,
    messages: (channel) => Messages.visible(world, channel.id),
    edits: (message) => message.edits,
    typing: (channel) => world.typing.get(channel.id) ?? [],
    requests,
    interactionAnswers: () => [...world.interactions.values()].filter(({ answer }) => answer !== undefined),
    until: world.until,
    untilRequest: (method, route, times = 1) =>
      world.until(() => requests.filter((one) => one.method === method && one.route === route)[times - 1]),
    untilMessage: (channel, matches) => world.until(() => Messages.visible(world, channel.id).find(matches)),
    forgetNonces: Effect.sync(() => world.nonces.clear()),
    takeViolations: () => violations.splice(0),
    assertValid
  }
  return server
})
