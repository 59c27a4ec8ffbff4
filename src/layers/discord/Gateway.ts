/**
 * One connection to Discord's gateway by `@discordjs/ws`, from its beginning to its end. discord.js would connect again
 * by itself, every half second and for ever; here an end is an end, and `Connection` decides when to begin again, with
 * the session that was left.
 */
import type { REST } from "@discordjs/rest"
import { CloseCodes, type SessionInfo, WebSocketManager, WebSocketShardEvents } from "@discordjs/ws"
import { Clock, Effect } from "effect"
import type { GatewayDispatchPayload } from "discord-api-types/v10"
import { isRefusedToken } from "./Refusals.ts"

export interface Ended {
  /** The close code; null when there was no connection to close. */
  readonly code: number | null
  readonly detail: string
  readonly refusedToken: boolean
}

/** What outlasts a connection. With a session the next one resumes; without, Discord has forgotten us. */
export interface Memory {
  session: SessionInfo | null
}

export interface Hearing {
  /** Both are called within the reading of the socket: they neither wait nor throw. */
  readonly dispatch: (payload: GatewayDispatchPayload) => void
  readonly acknowledged: () => void
}

/** Discord asks for a heartbeat each 41 seconds; one that is not answered before the next is due is no connection. */
const silenceMs = 95_000
const lookEvery = "5 seconds"

const detailOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Never resolves: a connection that is over is not begun again. */
const never = new Promise<never>(() => {})

/** discord.js would throw for one that is none, where nobody catches it. */
const isAddress = (url: string): boolean => URL.canParse(url) && /^wss?:$/.test(new URL(url).protocol)

const withAddress = (session: SessionInfo | null): SessionInfo | null =>
  session !== null && isAddress(session.resumeURL) ? session : null

const begin = async (manager: WebSocketManager): Promise<void> => {
  // It is kept for a while: `connect` does not ask again.
  const { url } = await manager.fetchGatewayInformation()
  if (!isAddress(url)) throw new Error("Discord gives no address for its gateway")
  await manager.connect()
}

const connection = (
  options: {
    readonly rest: REST
    readonly token: string
    readonly intents: number
    readonly memory: Memory
  },
  hearing: Hearing,
  closeCode: () => number
) =>
  Effect.callback<Ended>((resume) => {
    const { memory } = options
    let over = false
    let ending = false
    const manager = new WebSocketManager({
      token: options.token,
      intents: options.intents,
      rest: options.rest,
      shardCount: 1,
      shardIds: [0],
      // One identify per connection; `Connection` spaces them.
      buildIdentifyThrottler: () => Promise.resolve({ waitForIdentify: () => Promise.resolve() }),
      retrieveSessionInfo: () => (over ? never : memory.session),
      updateSessionInfo: (_, next) => {
        if (!over) memory.session = withAddress(next)
      }
    })
    // What cannot be closed any more is closed.
    const close = (code: number) => void Promise.resolve(manager.destroy({ code })).catch(() => undefined)
    const end = (code: number | null, detail: string, refusedToken = false) => {
      if (ending) return
      ending = true
      // Only behind this does discord.js tell whether the session is still good.
      setImmediate(() => {
        over = true
        close(CloseCodes.Resuming)
        resume(Effect.succeed({ code, detail, refusedToken }))
      })
    }
    manager.on(WebSocketShardEvents.Dispatch, ({ data }) => {
      if (!over) hearing.dispatch(data)
    })
    manager.on(WebSocketShardEvents.HeartbeatComplete, () => {
      if (!over) hearing.acknowledged()
    })
    manager.on(WebSocketShardEvents.Closed, ({ code }) => end(code, `closed with ${code}`))
    manager.on(WebSocketShardEvents.Error, ({ error }) => end(null, detailOf(error)))
    manager.on("error", (error: unknown) => end(null, detailOf(error)))
    begin(manager).catch((error: unknown) => end(null, detailOf(error), isRefusedToken(error)))
    return Effect.sync(() => {
      over = true
      ending = true
      close(closeCode())
    })
  })

/** Ends a connection that has gone silent without waiting for the other side to close it. */
const silent = (heard: () => number) =>
  Effect.gen(function* () {
    for (;;) {
      yield* Effect.sleep(lookEvery)
      if ((yield* Clock.currentTimeMillis) - heard() > silenceMs) return
    }
  })

/** Ends with the connection; interruption closes it, and with it the session. */
export const converse = Effect.fnUntraced(function* (options: Parameters<typeof connection>[0], hearing: Hearing) {
  const clock = yield* Clock.Clock
  let heard = clock.currentTimeMillisUnsafe()
  let closeCode: number = CloseCodes.Normal
  const note = () => void (heard = clock.currentTimeMillisUnsafe())
  const live = connection(
    options,
    {
      dispatch: (payload) => {
        note()
        hearing.dispatch(payload)
      },
      acknowledged: () => {
        note()
        hearing.acknowledged()
      }
    },
    () => closeCode
  )
  const gone = Effect.map(
    silent(() => heard),
    (): Ended => {
      // Keeps the session, unlike an ordinary close.
      closeCode = CloseCodes.Resuming
      return { code: null, detail: "nothing was heard for too long", refusedToken: false }
    }
  )
  return yield* Effect.raceFirst(live, gone)
})
