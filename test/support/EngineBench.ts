/** The real CLI on this machine against a scripted model: one agent, what it told, and ways to wait for it. */
import { Deferred, Effect, FileSystem, Queue, type Schema } from "effect"
import { randomBytes, randomUUID } from "node:crypto"
import * as os from "node:os"
import * as path from "node:path"
import type { AgentEvent } from "../../src/domain/AgentEvent.ts"
import { ChannelId, ProcessId, PromptId, SessionId } from "../../src/domain/Ids.ts"
import { Agent, type AgentEntry, type AgentSpec, type RunningAgent, type Turn } from "../../src/services/Agent.ts"
import * as MessagesApi from "./MessagesApi.ts"

const cli = path.resolve(`node_modules/@anthropic-ai/claude-code-linux-${process.arch}/claude`)

type Of<T extends AgentEvent["_tag"]> = Extract<AgentEvent, { readonly _tag: T }>

/** What an agent has told so far, and waiting for more. */
export interface Listener {
  readonly entries: ReadonlyArray<AgentEntry>
  readonly events: () => ReadonlyArray<AgentEvent>
  readonly all: <T extends AgentEvent["_tag"]>(tag: T) => ReadonlyArray<Of<T>>
  /** The first event with the tag that fits, from `since` on; waits for it. */
  readonly next: <T extends AgentEvent["_tag"]>(
    tag: T,
    fits?: (event: Of<T>) => boolean,
    since?: number
  ) => Effect.Effect<Of<T>>
}

const jsonRpc = (message: Schema.Json): Schema.Json | null => {
  const { id, method, params } = message as { id?: number; method: string; params?: Record<string, never> }
  if (id === undefined) return null
  const answer = (result: Schema.Json) => ({ jsonrpc: "2.0", id, result })
  if (method === "initialize") {
    const serverInfo = { name: "loop", version: "1" }
    return answer({ protocolVersion: params?.["protocolVersion"] ?? "", capabilities: { tools: {} }, serverInfo })
  }
  if (method === "tools/list") {
    const inputSchema = { type: "object", properties: { text: { type: "string" } } }
    return answer({ tools: [{ name: "echo", description: "Echoes.", inputSchema }] })
  }
  const text = `echo: ${(params?.["arguments"] as unknown as { text: string } | undefined)?.text}`
  return answer({ content: [{ type: "text", text }] })
}

/** Listens to an agent and serves its in-band tools. */
export const listen = Effect.fnUntraced(function* (agent: RunningAgent) {
  const entries: Array<AgentEntry> = []
  const waiters = new Set<{
    readonly fits: (event: AgentEvent) => boolean
    readonly found: Deferred.Deferred<AgentEvent>
  }>()
  const take = Effect.fnUntraced(function* (entry: AgentEntry) {
    entries.push(entry)
    const { event } = entry
    for (const waiter of [...waiters].filter(({ fits }) => fits(event))) {
      waiters.delete(waiter)
      yield* Deferred.succeed(waiter.found, event)
    }
    if (event._tag === "Requested" && event.request._tag === "Tool") {
      const message = jsonRpc(event.request.message)
      yield* Effect.ignore(agent.answer(event.requestId, { _tag: "Tool", message }))
    }
  })
  yield* Queue.take(agent.events).pipe(Effect.flatMap(take), Effect.forever, Effect.forkScoped)

  const listener: Listener = {
    entries,
    events: () => entries.map(({ event }) => event),
    all: <T extends AgentEvent["_tag"]>(tag: T) =>
      entries.flatMap(({ event }) => (event._tag === tag ? [event as Of<T>] : [])),
    next: <T extends AgentEvent["_tag"]>(tag: T, fits: (event: Of<T>) => boolean = () => true, since = 0) =>
      Effect.suspend(() => {
        const matches = (event: AgentEvent) => event._tag === tag && fits(event as Of<T>)
        const present = entries.slice(since).find(({ event }) => matches(event))
        if (present !== undefined) return Effect.succeed(present.event as Of<T>)
        const waiter = { fits: matches, found: Deferred.makeUnsafe<AgentEvent>() }
        waiters.add(waiter)
        return Deferred.await(waiter.found) as Effect.Effect<Of<T>>
      })
  }
  return listener
})

export const sessionId = () => SessionId.make(randomUUID())
export const promptId = () => PromptId.make(randomUUID())

export const turn = (text: string, changes: Partial<Turn> = {}): Turn => ({
  promptId: promptId(),
  text,
  permissionMode: "bypass",
  allowedTools: [],
  model: "",
  ...changes
})

/** A HOME, a work directory and a model of their own; more than one agent may use them. */
export const make = Effect.fn("EngineBench.make")(function* () {
  const fs = yield* FileSystem.FileSystem
  const engine = yield* Agent
  const directory = yield* fs.makeTempDirectoryScoped({ directory: os.tmpdir(), prefix: "engine-" })
  const paths = {
    home: path.join(directory, "home"),
    work: path.join(directory, "work"),
    run: path.join(directory, "run")
  }
  for (const one of Object.values(paths)) yield* fs.makeDirectory(one)
  const api = yield* MessagesApi.make({ socketPath: path.join(paths.run, "model.sock") })

  const spec = (changes: Partial<AgentSpec> = {}): AgentSpec => ({
    box: {
      processId: ProcessId.make(randomBytes(4).toString("hex")),
      channelId: ChannelId.make("local:engine"),
      title: "engine",
      image: "",
      env: {},
      workDir: paths.work,
      home: paths.home,
      socketDir: paths.run,
      mounts: [],
      copyFiles: [],
      limits: { memoryMb: 2048, cpus: 2, pids: 512 },
      forwards: [],
      timezone: "UTC",
      configHash: ""
    },
    session: { _tag: "New", sessionId: sessionId() },
    binary: cli,
    model: "",
    systemPrompt: "",
    mcpServers: {},
    credential: "api_key",
    ...changes
  })

  const open = Effect.fnUntraced(function* (changes: Partial<AgentSpec> = {}) {
    const agent = yield* engine.open(spec(changes))
    yield* Effect.addFinalizer(() => agent.kill)
    const told = yield* listen(agent)
    /** Sends a prompt and waits for the end of its turn. */
    const say = Effect.fnUntraced(function* (text: string, asked: Partial<Turn> = {}) {
      const since = told.entries.length
      yield* agent.send(turn(text, asked))
      return yield* told.next("TurnEnded", undefined, since)
    })
    return { agent, told, say }
  })

  return { api, engine, open, paths, spec }
})

/** Makes an empty file: the sign a command in the box waits for. */
export const touch = (file: string) =>
  Effect.orDie(Effect.flatMap(FileSystem.FileSystem, (fs) => fs.writeFileString(file, "")))
