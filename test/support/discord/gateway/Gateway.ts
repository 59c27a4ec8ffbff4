/** Discord's gateway (discord.com/developers/docs/events/gateway): JSON, uncompressed, one shard. */
import { Effect } from "effect"
import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import { type WebSocket, WebSocketServer } from "ws"
import type { Description } from "../OpenApi.ts"
import { Intent } from "../world/Intents.ts"
import type { Json } from "../world/Model.ts"
import { botMay, Permission } from "../world/Permissions.ts"
import * as Render from "../world/Render.ts"
import type { Dispatch, World } from "../world/World.ts"
import * as Events from "./Events.ts"
import type { Gateway, Identified } from "./GatewayControl.ts"
import { parse, replay, type Session, tell, write } from "./Sessions.ts"

export interface GatewayOptions {
  readonly world: World
  /** Milliseconds. */
  readonly heartbeatInterval: number
  readonly description: Description
  readonly violated: (where: string, problems: ReadonlyArray<string>) => void
}

const knownIntents = 0x3_ff_ff_ff
const endsSession = new Set([4007, 4009])

export const makeGateway = (options: GatewayOptions) => {
  const { violated, world } = options
  const sockets = new WebSocketServer({ noServer: true })
  const sessions = new Map<string, Session>()
  const identified: Array<Identified> = []
  const resumed: Array<number> = []
  const heartbeats: Array<number> = []
  const closed: Array<number> = []
  const waiting: Array<() => void> = []
  let isOut = false

  const send = (session: Session, name: string, data: unknown) => {
    violated(`The event ${name} has`, Events.problems(options.description, name, data))
    tell(session, name, data)
  }

  const sees = (event: Dispatch) => event.channel === undefined || botMay(world, event.channel, Permission.viewChannel)

  world.listen((event) => {
    for (const session of sessions.values()) {
      if (event.intents !== 0 && (session.intents & event.intents) === 0) continue
      if (!sees(event)) continue
      send(session, event.name, event.data({ content: (session.intents & Intent.messageContent) !== 0 }))
    }
  })

  const refused = (intents: number): number | undefined => {
    const { members, messageContent, presences } = world.bot.privileged
    if (!Number.isInteger(intents) || intents < 0 || (intents & ~knownIntents) !== 0) return 4013
    const wants = (intent: number, allowed: boolean) => (intents & intent) !== 0 && !allowed
    return wants(Intent.messageContent, messageContent) ||
      wants(Intent.members, members) ||
      wants(Intent.presences, presences)
      ? 4014
      : undefined
  }

  const identify = (socket: WebSocket, data: Json): Session | undefined => {
    const intents = Number(data["intents"])
    const token = String(data["token"])
    identified.push({ intents, token, at: world.now() })
    const code = token === world.bot.token ? refused(intents) : 4004
    if (code !== undefined) {
      socket.close(code)
      return undefined
    }
    const session: Session = { id: `session-${world.nextId()}`, intents, sent: [], socket }
    sessions.set(session.id, session)
    send(session, "READY", Events.ready(world, session.id, data["shard"]))
    if ((intents & Intent.guilds) !== 0) {
      for (const guild of world.guilds.values()) {
        send(session, "GUILD_CREATE", Events.guildCreate(world, guild, intents))
      }
    }
    return session
  }

  const resume = (socket: WebSocket, data: Json): Session | undefined => {
    if (data["token"] !== world.bot.token) {
      socket.close(4004)
      return undefined
    }
    const session = sessions.get(String(data["session_id"]))
    const after = Number(data["seq"])
    if (session === undefined) {
      write(socket, { op: 9, d: false })
      return undefined
    }
    if (after > session.sent.length) {
      sessions.delete(session.id)
      socket.close(4007)
      return undefined
    }
    session.socket?.terminate()
    session.socket = socket
    resumed.push(after)
    replay(session, after)
    tell(session, "RESUMED", {})
    return session
  }

  const members = (session: Session, data: Json) => {
    const guild = world.guilds.get(String(data["guild_id"]))
    const wanted = [data["user_ids"] ?? []].flat().map(String)
    const found = [...(guild?.members.values() ?? [])].filter(
      ({ userId }) => wanted.length === 0 || wanted.includes(userId)
    )
    tell(session, "GUILD_MEMBERS_CHUNK", {
      guild_id: guild?.id,
      members: found.map((one) => Render.member(world, one)),
      chunk_index: 0,
      chunk_count: 1,
      not_found: wanted.filter((id) => guild?.members.has(id) !== true),
      nonce: data["nonce"]
    })
  }

  const converse = (socket: WebSocket) => {
    let session: Session | undefined
    const receive = (op: number, data: unknown) => {
      if (op === 1) {
        heartbeats.push(world.now())
        if (!gateway.withholdAcks) write(socket, { op: 11 })
      } else if (op === 2 || op === 6) {
        if (session?.socket === socket) return socket.close(4005)
        session = op === 2 ? identify(socket, data as Json) : resume(socket, data as Json)
      } else if (session === undefined) socket.close(4003)
      else if (op === 8) members(session, data as Json)
      else if (op !== 3 && op !== 4) socket.close(4001)
      return undefined
    }
    socket.on("message", (raw: Buffer) => {
      const payload = parse(raw)
      if (payload === undefined) socket.close(4002)
      else receive(payload.op, payload.d)
      world.changed()
    })
    socket.on("close", (code) => {
      closed.push(code)
      // A client that closes normally is done with its session.
      if (session?.socket === socket) {
        session.socket = undefined
        if (code === 1000 || code === 1001) sessions.delete(session.id)
      }
      world.changed()
    })
    write(socket, { op: 10, d: { heartbeat_interval: options.heartbeatInterval } })
  }

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const accept = () => {
      if (!socket.destroyed) sockets.handleUpgrade(request, socket, head, converse)
    }
    if (isOut) waiting.push(accept)
    else accept()
  }

  const open = () => [...sessions.values()].flatMap(({ socket }) => (socket === undefined ? [] : [socket]))
  const cut = () => {
    for (const session of sessions.values()) {
      session.socket?.terminate()
      session.socket = undefined
    }
  }

  const gateway: Gateway = {
    identified,
    resumed,
    heartbeats,
    closed,
    connected: () => open().length > 0,
    withholdAcks: false,
    drop: Effect.sync(cut),
    close: (code) =>
      Effect.sync(() => {
        if (code === 1006) return cut()
        const among = open()
        if (endsSession.has(code)) sessions.clear()
        else for (const session of sessions.values()) session.socket = undefined
        for (const socket of among) socket.close(code)
      }),
    reconnect: Effect.sync(() => {
      for (const socket of open()) write(socket, { op: 7, d: null })
    }),
    invalidate: (resumable) =>
      Effect.sync(() => {
        const among = open()
        // discord.js resumes on the same connection, as Discord lets it.
        for (const session of sessions.values()) session.socket = undefined
        if (!resumable) sessions.clear()
        for (const socket of among) write(socket, { op: 9, d: resumable })
      }),
    forget: Effect.sync(() => sessions.clear()),
    outage: Effect.sync(() => {
      isOut = true
      cut()
      return {
        over: Effect.sync(() => {
          isOut = false
          for (const accept of waiting.splice(0)) accept()
        })
      }
    })
  }

  const end = () => {
    for (const socket of sockets.clients) socket.terminate()
    sockets.close()
  }

  return { gateway, upgrade, end }
}
