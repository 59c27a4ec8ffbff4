/**
 * Discord's gateway breaks and supervisors die at random while people write: each message is answered once, in its
 * channel's order. The engine is scripted; store, actors, chat face and discord.js are the real ones.
 */
import { assert, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Layer, Scope } from "effect"
import { neededPermissions } from "../../src/domain/chat/Invite.ts"
import * as Crash from "../support/Crash.ts"
import { configOn, supervisorOn } from "../support/DiscordHouse.ts"
import * as DiscordServer from "../support/discord/DiscordServer.ts"
import type { Channel } from "../support/discord/world/Model.ts"
import { layer as outsideLayer, Outside } from "../support/Outside.ts"
import { randomOf } from "../support/Random.ts"

const channels = 20
const messages = 500
const drops = 50
const kills = 10
const seed = 20_260_101

type Server = DiscordServer.DiscordServer
type Random = ReturnType<typeof randomOf>

/** One supervisor: `kill` is its death, at whatever call it has come to. */
const begin = Effect.fnUntraced(function* (server: Server) {
  const scope = yield* Scope.make()
  const crash = Crash.onDemand()
  yield* Layer.buildWithMemoMap(supervisorOn(server, crash.around), Layer.makeMemoMapUnsafe(), scope)
  return { kill: Effect.andThen(crash.die, Scope.close(scope, Exit.void)) }
})

/** One of the ways in which a connection ends. Most leave a session that can be resumed, as on Discord. */
const breakGateway = Effect.fnUntraced(function* ({ gateway }: Server, { chance, pick }: Random) {
  const way = pick([gateway.drop, gateway.reconnect, gateway.close(4000), gateway.invalidate(true)])
  yield* way
  if (chance(0.1)) yield* gateway.forget
})

/** Some turns last until something has happened to the connection or the supervisor. */
const holding = Effect.fnUntraced(function* () {
  const outside = yield* Outside
  const held: Array<Deferred.Deferred<void>> = []
  return {
    hold: (text: string) => {
      const released = Deferred.makeUnsafe<void>()
      held.push(released)
      outside.when(text, (_, stage) => Effect.andThen(Deferred.await(released), stage.say(`Answer to: ${text}`)))
    },
    release: Effect.suspend(() =>
      Effect.forEach(held.splice(0), (each) => Deferred.succeed(each, undefined), { discard: true })
    )
  }
})

const answersIn = (server: Server, channel: Channel): ReadonlyArray<string> =>
  server
    .messages(channel)
    .flatMap(({ authorId, components, content }) =>
      authorId !== server.bot.id || components.length > 0 || content.startsWith("-#") ? [] : [content]
    )

const chaos = Effect.gen(function* () {
  const server = yield* DiscordServer.make({ botPermissions: neededPermissions })
  yield* Effect.gen(function* () {
    const random = randomOf(seed)
    const { hold, release } = yield* holding()
    const rooms = yield* Effect.forEach(Array.from({ length: channels }).keys(), (n) =>
      server.people.channel(server.guild, { name: `room-${n}` })
    )
    const expected = new Map(rooms.map((room) => [room, [] as Array<string>]))
    const write = Effect.fnUntraced(function* (room: Channel) {
      const wanted = expected.get(room) ?? []
      const text = `${room.name}: ${wanted.length + 1}`
      wanted.push(`Answer to: ${text}`)
      if (random.chance(0.1)) hold(text)
      yield* server.people.userSays(room, server.owner, `<@${server.bot.id}> ${text}`)
    })
    /** What is going on goes on for a while. */
    const while_ = Effect.suspend(() => {
      const wanted = server.requests.length + random.below(40)
      return Effect.timeoutOption(
        server.until(() => server.requests.length >= wanted),
        "500 millis"
      )
    })
    const letters = random.shuffled(rooms.flatMap((room) => Array.from({ length: messages / channels }, () => room)))
    const troubles = random.shuffled([
      ...Array.from({ length: drops }, () => "drop" as const),
      ...Array.from({ length: kills }, () => "kill" as const)
    ])
    const connections = () => server.gateway.identified.length + server.gateway.resumed.length
    let supervisor = yield* begin(server)
    yield* server.until(() => connections() === 1)
    for (const [index, trouble] of troubles.entries()) {
      const rest = Math.ceil(letters.length / (troubles.length - index))
      for (const room of letters.splice(0, rest)) {
        yield* write(room)
        if (random.chance(0.1)) yield* while_
      }
      const before = connections()
      if (trouble === "drop") yield* breakGateway(server, random)
      else {
        yield* supervisor.kill
        supervisor = yield* begin(server)
      }
      yield* release
      yield* server.until(() => connections() > before)
    }
    yield* supervisor.kill
    supervisor = yield* begin(server)
    // Behind everything that is to be caught up with.
    for (const room of rooms) yield* write(room)
    yield* release
    const late = () =>
      rooms.flatMap((room) => {
        const missing = (expected.get(room) ?? []).filter((text) => !answersIn(server, room).includes(text))
        return missing.length === 0 ? [] : [{ room: room.name, missing }]
      })
    yield* Effect.timeoutOrElse(
      server.until(() => rooms.every((room) => answersIn(server, room).length >= (expected.get(room) ?? []).length)),
      { duration: "60 seconds", orElse: () => Effect.die(new Error(`Unanswered: ${JSON.stringify(late())}`)) }
    )
    for (const room of rooms) assert.deepStrictEqual(answersIn(server, room), expected.get(room), room.name)
    // No status message is left behind.
    yield* server.until(() =>
      rooms.every((room) => server.messages(room).every(({ components }) => components.length === 0))
    )
    assert.isAbove(server.gateway.resumed.length, drops / 3)
    assert.isAbove(server.gateway.identified.length, kills)
    yield* supervisor.kill
  }).pipe(Effect.provide(outsideLayer(configOn(server, { max_concurrent_runs: channels }))))
}).pipe(Effect.scoped)

it.live(
  `over ${drops} broken connections and ${kills} deaths, ${messages} messages in ${channels} channels have ${messages} answers in their order`,
  () => chaos,
  240_000
)
