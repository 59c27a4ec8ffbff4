/** One route: what validates a request, what describes it to the outside, and what carries it out, in one value. */
import { Effect, type Schema } from "effect"
import type { SecureRandom } from "effect/crypto"
import type { Masker } from "../domain/secrets/Masker.ts"
import type { ToolServices } from "../mcp/Tool.ts"
import { type Audit, Via } from "../services/Audit.ts"
import type { AgentImage } from "../services/AgentImage.ts"
import type { Agents } from "../services/Agents.ts"
import type { Authorizer } from "../services/Authorizer.ts"
import type { Budget } from "../services/Budget.ts"
import type { Channels } from "../services/Channels.ts"
import type { Conversations } from "../services/Conversations.ts"
import type { Doctor } from "../services/Doctor.ts"
import type { Inbox } from "../services/Inbox.ts"
import type { Installation } from "../services/Installation.ts"
import type { Journal } from "../services/Journal.ts"
import { Masking } from "../services/Masking.ts"
import type { Memory } from "../services/Memory.ts"
import type { Messages } from "../services/Messages.ts"
import type { ModelRelay } from "../services/ModelRelay.ts"
import type { Outbox } from "../services/Outbox.ts"
import type { Outgoing } from "../services/Outgoing.ts"
import type { PackageFiles } from "../services/PackageFiles.ts"
import type { Pictures } from "../services/Pictures.ts"
import type { Platforms } from "../services/Platforms.ts"
import type { Runs } from "../services/Runs.ts"
import type { Seen } from "../services/Seen.ts"
import type { ScopedTokens } from "../services/ScopedTokens.ts"
import type { Settings } from "../services/Settings.ts"
import type { Slots } from "../services/Slots.ts"
import type { SpendingReports } from "../services/SpendingReports.ts"
import type { Store } from "../services/Store.ts"
import type { TaskControl } from "../services/TaskControl.ts"
import type { TokenControl } from "../services/TokenControl.ts"
import type { Subject, Tokens } from "../services/Tokens.ts"
import { authenticate, faceOf } from "./Auth.ts"
import { decode, readJson, smallBody } from "./Bodies.ts"
import type { Feed } from "./Feed.ts"
import type { ApiError } from "./Problem.ts"

/** What the routes call. */
export type ApiServices =
  | Audit
  | AgentImage
  | Agents
  | Authorizer
  | Budget
  | Channels
  | Conversations
  | Doctor
  | Inbox
  | Installation
  | Journal
  | Memory
  | Messages
  | ModelRelay
  | Outbox
  | Outgoing
  | PackageFiles
  | Pictures
  | Platforms
  | Runs
  | ScopedTokens
  | Seen
  | SecureRandom.SecureRandom
  | Settings
  | Slots
  | SpendingReports
  | Store
  | TaskControl
  | TokenControl
  | Tokens
  | ToolServices

export type Method = "GET" | "POST" | "PATCH" | "DELETE"

/** A request as the routes see it. */
export interface Incoming {
  readonly request: Request
  readonly url: URL
  /** Percent-decoded parts of the path. */
  readonly params: Readonly<Record<string, string>>
  /** The port that was bound: names the page's cookie. */
  readonly port: number
  /** Fires when the client has gone or the server stops. */
  readonly signal: () => AbortSignal
  /** Takes the connection over for these events, where the request is for a WebSocket. */
  readonly accept: ((feed: Feed) => void) | undefined
}

export interface Route {
  readonly method: Method
  /** With `{name}` for its parameters. */
  readonly path: string
  readonly summary: string
  /** Whether a token is needed. */
  readonly access: "token" | "open"
  readonly query: Schema.Codec<unknown> | undefined
  readonly body: Schema.Codec<unknown> | undefined
  readonly answer: Answer<unknown>
  readonly also: ReadonlyArray<Answer<unknown>>
  readonly headers: Readonly<Record<string, string>>
  /** Statuses of the problems that it may answer with, besides those that all have. */
  readonly problems: ReadonlyArray<number>
  readonly run: (incoming: Incoming) => Effect.Effect<Response, ApiError, ApiServices>
}

/** `schema` undefined: no JSON (204, a stream, a text: see `mediaType`). */
export interface Answer<A> {
  readonly status: number
  readonly description: string
  readonly schema?: Schema.Codec<A>
  readonly mediaType?: string
}

export interface Call<Q, B> extends Incoming {
  readonly subject: Subject
  readonly query: Q
  readonly body: B
}

interface Spec<Q, QE, B, BE, A> {
  readonly summary: string
  readonly query?: Schema.Codec<Q, QE>
  readonly body?: Schema.Codec<B, BE>
  readonly bodyLimit?: number
  readonly answer: Answer<A>
  /** What else is no problem. */
  readonly also?: ReadonlyArray<Answer<unknown>>
  /** What the route reads of them, by name. */
  readonly headers?: Readonly<Record<string, string>>
  readonly problems?: ReadonlyArray<number>
  /** Its answer is a secret for who asks. */
  readonly reveals?: boolean
}

/** JSON with another status than the route's own. */
export class Instead<A> {
  readonly status: number
  readonly value: A
  constructor(status: number, value: A) {
    this.status = status
    this.value = value
  }
}

/** A `Response` goes as it is: files, streams, texts of ours. Everything else is masked here. */
const answerWith = <A>(answer: Answer<A>, given: A | Instead<A> | Response, masker?: Masker): Response => {
  if (given instanceof Response) return given
  const { status, value } = given instanceof Instead ? given : { status: answer.status, value: given }
  return answer.schema === undefined
    ? // 101 is no status that a Response can have; such a connection is taken over and has no answer.
      new Response(null, { status: status === 101 ? 204 : status })
    : Response.json(masker === undefined ? value : masker.data(value as Schema.Json), { status })
}

const describe = <Q, QE, B, BE, A>(method: Method, path: string, spec: Spec<Q, QE, B, BE, A>) => ({
  method,
  path,
  summary: spec.summary,
  query: spec.query as Schema.Codec<unknown> | undefined,
  body: spec.body as Schema.Codec<unknown> | undefined,
  answer: spec.answer as Answer<unknown>,
  also: spec.also ?? [],
  headers: spec.headers ?? {},
  problems: spec.problems ?? []
})

/** A route for callers with a token; they are asked for it before anything of the body is read. */
export const route = <A, Q = unknown, QE = unknown, B = unknown, BE = unknown>(
  method: Method,
  path: string,
  spec: Spec<Q, QE, B, BE, A>,
  handler: (call: Call<Q, B>) => Effect.fn.Return<A | Instead<A> | Response, ApiError, ApiServices>
): Route => ({
  ...describe(method, path, spec),
  access: "token",
  run: Effect.fn(`${method} ${path}`)(function* (incoming: Incoming) {
    const subject = yield* authenticate(incoming.request, incoming.port)
    const query = spec.query && (yield* decode(spec.query, "The query")(Object.fromEntries(incoming.url.searchParams)))
    const body =
      spec.body &&
      (yield* readJson(incoming.request, spec.bodyLimit ?? smallBody).pipe(
        Effect.flatMap(decode(spec.body, "The body"))
      ))
    const call = { ...incoming, subject, query: query as Q, body: body as B }
    const value = yield* Effect.gen(() => handler(call)).pipe(Effect.provideService(Via, faceOf(incoming.request)))
    return answerWith(spec.answer, value, spec.reveals === true ? undefined : yield* Masking)
  })
})

/** A route for everybody. */
export const openRoute = <A, Q = unknown, QE = unknown>(
  method: Method,
  path: string,
  spec: Omit<Spec<Q, QE, never, never, A>, "body">,
  handler: (
    call: Incoming & { readonly query: Q }
  ) => Effect.fn.Return<A | Instead<A> | Response, ApiError, ApiServices>
): Route => ({
  ...describe(method, path, spec),
  access: "open",
  run: Effect.fn(`${method} ${path}`)(function* (incoming: Incoming) {
    const query = spec.query && (yield* decode(spec.query, "The query")(Object.fromEntries(incoming.url.searchParams)))
    return answerWith(spec.answer, yield* handler({ ...incoming, query: query as Q }), yield* Masking)
  })
})
