/** The server as client commands see it: its address, a token, requests, events. */
import { type Cause, Context, Effect, FileSystem, Layer, Schedule, Schema, type Scope, Stream } from "effect"
import { isLoopback, joinAddress, splitAddress } from "../domain/Config.ts"
import { type ConfigInvalid, Settings } from "../services/Settings.ts"
import { type Failure, failure } from "./Failure.ts"
import { type AnswerOf, type Given, type Operation, type Rest, requestLine } from "./Request.ts"
import { type ApiEvent, events } from "./Sse.ts"

export interface Follower {
  /** Live events; `reconnected` stands where some may be missing because the connection was lost. */
  readonly events: Stream.Stream<ApiEvent, Failure>
}

export class Client extends Context.Service<
  Client,
  {
    readonly url: string
    readonly token: string
    /**
     * The answer's JSON as it came, of which only the type is promised; what the server refuses is a `Failure` with its
     * own words.
     */
    readonly call: <O extends Operation>(operation: O, ...rest: Rest<O>) => Effect.Effect<AnswerOf<O>, Failure>
    /** What happens in a channel from now on: it is subscribed when this returns. */
    readonly follow: (channel: string) => Effect.Effect<Follower, Failure, Scope.Scope>
  }
>()("loop/cli/Client") {}

const Problem = Schema.Struct({
  title: Schema.optionalKey(Schema.String),
  detail: Schema.optionalKey(Schema.String),
  errors: Schema.optionalKey(
    Schema.Array(
      Schema.Struct({ field: Schema.optionalKey(Schema.String), message: Schema.optionalKey(Schema.String) })
    )
  )
})
const decodeProblem = Schema.decodeUnknownEffect(Schema.fromJsonString(Problem))

const Health = Schema.fromJsonString(Schema.Struct({ version: Schema.String, uptime_sec: Schema.Finite }))

/** How this machine reaches the configured address. */
export const localUrl = (address: string): string => {
  const { host, port } = splitAddress(address) ?? { host: "127.0.0.1", port: 8222 }
  const everywhere = host === "0.0.0.0" || host === "::"
  return `http://${joinAddress({ host: everywhere && !isLoopback(host) ? "127.0.0.1" : host, port })}`
}

/** Whether a Loop answers there, and as which version. */
export const healthAt = (url: string): Effect.Effect<{ readonly version: string } | undefined> =>
  Effect.tryPromise((signal) => fetch(`${url}/health`, { signal }).then((answer) => answer.text())).pipe(
    Effect.timeout("3 seconds"),
    Effect.flatMap(Schema.decodeUnknownEffect(Health)),
    Effect.catch(() => Effect.undefined)
  )

/** The environment's address and token, else the configuration's; the configuration is read only where it is needed. */
const target = Effect.fnUntraced(function* (settings: Layer.Layer<Settings, ConfigInvalid>) {
  const { LOOP_API_URL: url, LOOP_API_TOKEN: token } = process.env
  if (url && token) return { url, token }
  const fs = yield* FileSystem.FileSystem
  return yield* Effect.gen(function* () {
    const { paths, current } = yield* Settings
    const { api_addr } = yield* current
    const stored = token
      ? token
      : yield* fs
          .readFileString(paths.token)
          .pipe(
            Effect.mapError(() =>
              failure(
                `There is no token in ${paths.token} yet. Start the server with "loop serve", or set LOOP_API_TOKEN.`
              )
            )
          )
    return { url: url || localUrl(api_addr), token: stored.trim() }
  }).pipe(Effect.provide(settings))
})

const make = Effect.fnUntraced(function* (settings: Layer.Layer<Settings, ConfigInvalid>) {
  const { url: given, token } = yield* target(settings)
  const url = given.replace(/\/+$/, "")
  if (!URL.canParse(url))
    return yield* failure(`LOOP_API_URL (${url}) is no URL. Set it to one such as http://127.0.0.1:8222.`)

  const away = (error: Cause.UnknownError) => {
    const cause = error.cause instanceof Error ? (error.cause.cause ?? error.cause) : error.cause
    const code = typeof cause === "object" && cause !== null && "code" in cause ? ` (${String(cause.code)})` : ""
    return failure(`No server answers at ${url}${code}. Start it with "loop serve", or set LOOP_API_URL.`)
  }

  const send = (path: string, init: RequestInit = {}) =>
    Effect.tryPromise((signal) =>
      fetch(`${url}${path}`, {
        ...init,
        signal: init.signal ?? signal,
        headers: { authorization: `Bearer ${token}`, "x-loop-client": "cli", ...init.headers }
      })
    ).pipe(Effect.mapError(away))

  const refusal = Effect.fnUntraced(function* (response: Response) {
    const text = yield* Effect.orElseSucceed(
      Effect.tryPromise(() => response.text()),
      () => ""
    )
    const problem = yield* Effect.orElseSucceed(decodeProblem(text), (): typeof Problem.Type => ({}))
    const fields = (problem.errors ?? []).map(({ field, message }) => `${field ?? ""}: ${message ?? ""}`).join("; ")
    const said = [problem.detail ?? problem.title ?? `The server answered ${response.status}.`, fields]
    const hint = response.status === 401 ? "Set LOOP_API_TOKEN, or use the token in LOOP_HOME." : ""
    return yield* failure([...said, hint].filter((each) => each !== "").join(" "))
  })

  const exchange = Effect.fn("Client.call")(function* (operation: Operation, wanted: Given = {}) {
    const { body } = wanted
    const { method, path } = requestLine(operation, wanted.path, wanted.query)
    const response = yield* send(path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } })
    })
    if (!response.ok) return yield* refusal(response)
    const text = yield* Effect.tryPromise(() => response.text()).pipe(Effect.mapError(away))
    const parse = (): unknown => (text === "" ? undefined : JSON.parse(text))
    return yield* Effect.try({ try: parse, catch: () => failure(`What answers at ${url} is no Loop.`) })
  })

  const call = <O extends Operation>(operation: O, ...[wanted]: Rest<O>) =>
    exchange(operation, wanted) as Effect.Effect<AnswerOf<O>, Failure>

  /** An open connection; it closes with the scope. */
  const subscribe = Effect.fnUntraced(function* (channel: string, after: number | undefined) {
    const { signal, abort } = yield* Effect.acquireRelease(
      Effect.sync(() => {
        const controller = new AbortController()
        return { signal: controller.signal, abort: () => controller.abort() }
      }),
      ({ abort }) => Effect.sync(abort)
    )
    const response = yield* send(requestLine("GET /api/events", {}, { channel_id: channel }).path, {
      signal,
      headers: after === undefined ? {} : { "last-event-id": String(after) }
    }).pipe(Effect.onInterrupt(() => Effect.sync(abort)))
    if (!response.ok || response.body === null) return yield* refusal(response)
    return events(response.body)
  })

  const follow = Effect.fn("Client.follow")(function* (channel: string) {
    let last: number | undefined
    const remember = Stream.tap<ApiEvent, void, never, never>((event) =>
      Effect.sync(() => {
        last = event.id ?? last
      })
    )
    const again: Stream.Stream<ApiEvent, Failure> = Stream.suspend(() =>
      Stream.unwrap(
        Effect.suspend(() => subscribe(channel, last)).pipe(
          Effect.retry(Schedule.spaced("1 second").pipe(Schedule.upTo({ times: 60 }))),
          Effect.map((stream) => Stream.prepend(remember(stream), [{ type: "reconnected", data: null }]))
        )
      ).pipe(Stream.concat(again))
    )
    const first = yield* subscribe(channel, undefined)
    return { events: Stream.concat(remember(first), again) }
  })

  return Client.of({ url, token, call, follow })
})

export const layer = (
  settings: Layer.Layer<Settings, ConfigInvalid>
): Layer.Layer<Client, Failure | ConfigInvalid, FileSystem.FileSystem> => Layer.effect(Client, make(settings))
