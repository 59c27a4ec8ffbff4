/** `Claims`: a code per start of the server, replaced after five wrong tries. */
import { Effect, Layer, Ref, Semaphore, Stream, SubscriptionRef } from "effect"
import { SecureRandom } from "effect/crypto"
import { base32 } from "../domain/Base32.ts"
import { allow, hasOwner, inForce } from "../domain/chat/Grants.ts"
import * as Sentence from "../domain/chat/Sentence.ts"
import type { ChannelId } from "../domain/Ids.ts"
import { sameSecret } from "../domain/Secret.ts"
import { Audit } from "../services/Audit.ts"
import { Channels } from "../services/Channels.ts"
import { ClaimRefused, Claims } from "../services/Claims.ts"
import { Installation } from "../services/Installation.ts"
import { Settings } from "../services/Settings.ts"
import { Store } from "../services/Store.ts"
import type { Subject } from "../services/Tokens.ts"

const triesPerCode = 5

const make = Effect.gen(function* () {
  const audit = yield* Audit
  const channels = yield* Channels
  const installation = yield* Installation
  const random = yield* SecureRandom.SecureRandom
  const settings = yield* Settings
  const store = yield* Store
  const oneAtATime = yield* Semaphore.make(1)

  /** Eight letters and digits: 40 random bits. */
  const newCode = Effect.map(random.randomBytes(5), base32)
  const code = yield* SubscriptionRef.make(yield* newCode)
  const wrong = yield* Ref.make(0)

  const wanted = Effect.gen(function* () {
    const { permissions, platforms } = yield* settings.current
    if (platforms.every((name) => name === "local") || hasOwner(permissions)) return false
    return !(yield* installation.hasOwner)
  })

  const miss = Effect.gen(function* () {
    const tries = yield* Ref.updateAndGet(wrong, (count) => count + 1)
    if (tries < triesPerCode) return
    yield* Ref.set(wrong, 0)
    yield* SubscriptionRef.set(code, yield* newCode)
    yield* Effect.logWarning(Sentence.claimCodeReplaced(triesPerCode))
  })

  const grantIn = Effect.fnUntraced(function* (channel: ChannelId, person: string) {
    const row = yield* Effect.catchTag(channels.get(channel), "ChannelNotFound", () => Effect.undefined)
    if (row === undefined) return
    const parent = yield* Effect.catchTag(channels.root(row), "ChannelNotFound", () => Effect.succeed(row))
    const permissions = allow(inForce(row.permissions, parent.permissions), "user", person, "owner")
    yield* Effect.catchTag(channels.patch(channel, { permissions }), "ChannelNotFound", () => Effect.void)
  })

  const claim = Effect.fn("Claims.claim")(function* (
    person: Extract<Subject, { readonly kind: "person" }>,
    given: string,
    channel: ChannelId
  ) {
    const { person_id } = person
    const act = { actor: person, action: "owner.claim", target: person_id, channel_id: channel }
    if (!(yield* wanted)) return yield* new ClaimRefused({ reason: "owned", message: Sentence.alreadyOwned })
    if (!sameSecret(yield* SubscriptionRef.get(code), given.trim().toLowerCase())) {
      yield* audit.record({ ...act, outcome: "denied" })
      yield* miss
      return yield* new ClaimRefused({ reason: "wrong", message: Sentence.wrongCode })
    }
    yield* store.transaction(
      Effect.all(
        [
          installation.grant((grants) => allow(grants, "user", person_id, "owner")),
          grantIn(channel, person_id),
          audit.record(act)
        ],
        { discard: true }
      )
    )
  }, oneAtATime.withPermits(1))

  const codes = Stream.unwrap(
    Effect.map(wanted, (isWanted) => (isWanted ? SubscriptionRef.changes(code) : Stream.empty))
  )

  return Claims.of({ wanted, codes, claim })
})

export const layer = Layer.effect(Claims, make)
