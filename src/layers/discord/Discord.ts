/** Discord as a chat platform. */
import { Effect, FiberSet, Stream } from "effect"
import {
  type APIUser,
  GatewayDispatchEvents as Event,
  type GatewayDispatchPayload,
  Routes
} from "discord-api-types/v10"
import type { ChatEvent, ChatPlatform } from "../../services/ChatPlatform.ts"
import * as Commands from "./Commands.ts"
import * as Connection from "./Connection.ts"
import * as Delivery from "./Delivery.ts"
import { eventsOf, isTold } from "./Events.ts"
import * as History from "./History.ts"
import { begin } from "./Interactions.ts"
import * as Making from "./Making.ts"
import type { AllowMentions } from "./MessageBody.ts"
import * as Places from "./Places.ts"
import * as Rest from "./Rest.ts"

export interface Options {
  readonly token: string
  readonly appId: string
  /** Where channels are made; empty: nowhere. */
  readonly guildId: string
  readonly apiUrl: string
  readonly allowMentions: Effect.Effect<AllowMentions>
}

export const make = Effect.fnUntraced(function* (options: Options) {
  const { apiUrl, appId, guildId, token } = options
  const api = yield* Rest.make({ token, apiUrl })
  const places = Places.make(api)
  const commands = Commands.make(api, appId)
  const run = yield* FiberSet.makeRuntime<never>()
  let selfId: string | undefined
  const speaker = { api, allowMentions: options.allowMentions, self: () => selfId }
  const delivery = Delivery.make(speaker)
  const interacting = { ...speaker, ...delivery, appId, apiUrl, places, menu: commands.menu, run }

  /** Events of interactions that are acknowledged and wait for their turn. */
  const begun = new Map<string, ChatEvent | undefined>()
  const urgent = (payload: GatewayDispatchPayload, self: Connection.Self) => {
    selfId = self.id
    if (payload.t === Event.InteractionCreate) begun.set(payload.d.id, begin(interacting, payload.d, self.id))
  }
  const connection = yield* Connection.open({ api, token, appId, wanted: isTold, urgent })

  const hearer = {
    api,
    apiUrl,
    places,
    interaction: (id: string) => {
      const event = begun.get(id)
      begun.delete(id)
      return event
    }
  }
  const heard = Effect.fnUntraced(
    function* (payload: GatewayDispatchPayload) {
      return yield* eventsOf(hearer, payload, (yield* connection.self).id)
    },
    // What we cannot read is not worth the rest.
    (effect, payload) =>
      Effect.catchCause(effect, (cause) =>
        Effect.as(
          Effect.annotateLogs(Effect.logError("An event of Discord's could not be read", cause), { event: payload.t }),
          []
        )
      )
  )

  /** Also where the gateway has not told yet. */
  const self = Effect.suspend(() =>
    selfId === undefined
      ? api.call<APIUser>({ what: "see its account", needs: "nothing" }, "get", Routes.user("@me"))
      : Effect.succeed({ id: selfId })
  )

  const platform: ChatPlatform = {
    name: "discord",
    health: connection.health,
    self: connection.self,
    events: Stream.fromQueue(connection.payloads).pipe(Stream.mapEffect(heard), Stream.flatMap(Stream.fromIterable)),
    ...delivery,
    ...History.make({ api, apiUrl, places, self }),
    ...Making.make({ api, places, guildId, self }),
    register: commands.register
  }
  return platform
})
