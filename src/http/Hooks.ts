/** `POST /api/hooks/{name}`: another program's call becomes a message, if it is signed with the webhook's secret. */
import { Clock, Schema } from "effect"
import { SecureRandom } from "effect/crypto"
import { createHash } from "node:crypto"
import type { Hook } from "../domain/config/parts.ts"
import { nonce } from "../domain/Fence.ts"
import { makeLimiter } from "../domain/hooks/CallRate.ts"
import { render } from "../domain/hooks/Template.ts"
import { MessageId } from "../domain/Ids.ts"
import { system } from "../domain/Subject.ts"
import { Conversations } from "../services/Conversations.ts"
import { Messages } from "../services/Messages.ts"
import { Settings } from "../services/Settings.ts"
import { jsonOf, readBytes, smallBody } from "./Bodies.ts"
import { verify } from "./HookSignature.ts"
import { Problem } from "./Problem.ts"
import { openRoute, type Route } from "./Route.ts"
import { MessageRef } from "./Shapes.ts"

/** What is signed with when there is no such webhook, so that a stranger cannot tell by the time. */
const nobody: Pick<typeof Hook.Type, "secret" | "signature"> = { secret: "nobody", signature: "github" }

const refused = new Problem({
  status: 401,
  code: "unauthorized",
  title: "Unauthorized",
  detail: "There is no such webhook, or the call is not signed with its secret, or it was signed too long ago."
})

const tooMany = (seconds: number) =>
  new Problem({
    status: 429,
    code: "too-many",
    title: "Too many calls",
    detail: "This webhook was called too often. Try again later.",
    headers: { "retry-after": String(seconds) }
  })

const idOf = (name: string, delivery: string) =>
  MessageId.make(`hook:${name}:${createHash("sha256").update(delivery).digest("base64url").slice(0, 32)}`)

/** With what a server remembers of them. */
export const hookRoutes = (): ReadonlyArray<Route> => {
  const waitOf = makeLimiter()
  const call = openRoute(
    "POST",
    "/api/hooks/{name}",
    {
      summary:
        "A webhook of the configuration (`hooks`): its template, filled from the JSON body, becomes a message. Signed with its secret; the same call again makes no second message and answers with the first. 204 for an event that it does not want",
      headers: {
        "X-Hub-Signature-256": "`sha256=` and the hex HMAC-SHA256 of the body, as GitHub signs (`signature: github`)",
        "X-GitHub-Event": "The event's name, for `events`",
        "X-Loop-Signature":
          "`t=<Unix seconds>,id=<delivery id>,v1=<hex HMAC-SHA256 of t.id.body>` (`signature: loop`); five minutes",
        "X-Loop-Event": "The event's name, for `events`"
      },
      answer: { status: 202, description: "Stored", schema: MessageRef },
      also: [{ status: 204, description: "Passed over" }],
      problems: [401, 404, 429, 501]
    },
    function* ({ params, request }) {
      const name = params["name"] ?? ""
      const { hooks } = yield* Settings.use((settings) => settings.current)
      const hook = Object.hasOwn(hooks, name) ? hooks[name] : undefined
      const body = yield* readBytes(request, smallBody)
      const now = yield* Clock.currentTimeMillis
      const { secret, signature } = hook ?? nobody
      const signed = verify(signature, secret, request.headers, body, now)
      if (hook === undefined || signed === undefined) return yield* refused
      const event = request.headers.get(signature === "github" ? "x-github-event" : "x-loop-event") ?? ""
      if (hook.events.length > 0 && !hook.events.includes(event)) return new Response(null, { status: 204 })
      const conversations = yield* Conversations
      const { channel_id } = yield* conversations.find(system, hook.channel)
      const message_id = idOf(name, signed.delivery)
      // Whoever overheard a call can play it for ever: what is known takes nobody's turn.
      const known = yield* Messages.use((messages) => messages.get(channel_id, message_id))
      if (known !== undefined) return { message_id, channel_id }
      const wait = waitOf(name, hook.calls_per_minute, now)
      if (wait > 0) return yield* tooMany(wait)
      const payload = yield* jsonOf(request, body)
      const number = yield* SecureRandom.SecureRandom.use(nonce)
      const posted = yield* conversations.post(
        { kind: "hook", name, channel_id },
        {
          channel_id,
          content: render(name, hook.template, payload as Schema.Json, number),
          author_id: `hook:${name}`,
          author_name: `webhook ${name}`,
          message_id
        }
      )
      return { message_id: posted.message_id, channel_id }
    }
  )
  return [{ ...call, body: Schema.Json }]
}
