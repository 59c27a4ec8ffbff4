/** `ScopedTokens` in SQL. A secret is `loop_<id>_<43 characters>`: the id finds the row, 256 random bits open it. */
import { createHash, timingSafeEqual } from "node:crypto"
import { Clock, Effect, Layer, PubSub, Redacted, Schema, Struct } from "effect"
import { SecureRandom } from "effect/crypto"
import { SqlClient, type Statement } from "effect/sql"
import { TokenScope } from "../../domain/Access.ts"
import { base32 } from "../../domain/Base32.ts"
import { Masking } from "../../services/Masking.ts"
import { ScopedTokens, type TokenRow } from "../../services/ScopedTokens.ts"
import { orStoreError } from "./Errors.ts"

const Row = Schema.Struct({
  token_id: Schema.String,
  name: Schema.String,
  scope: Schema.fromJsonString(TokenScope),
  created_at: Schema.Int,
  created_by: Schema.NullOr(Schema.String),
  expires_at: Schema.NullOr(Schema.Int),
  revoked_at: Schema.NullOr(Schema.Int)
})
const Stored = Schema.Struct({ ...Row.fields, hash: Schema.String })
const decode = Schema.decodeUnknownEffect(Schema.Array(Stored))
const encode = Schema.encodeEffect(Stored)

const form = /^loop_([a-z2-7]{16})_[\w-]{43}$/
const digest = (secret: string) => createHash("sha256").update(secret).digest("hex")
/** Both are of one length: digests. */
const isSame = (one: string, other: string) => timingSafeEqual(Buffer.from(one, "hex"), Buffer.from(other, "hex"))

/** Node's timers hold no longer wait: 24 days. */
const longestSleep = 2 ** 31 - 1

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const random = yield* SecureRandom.SecureRandom
  const masker = yield* Masking
  const revoked = yield* PubSub.unbounded<void>()

  const good = Effect.fnUntraced(function* (where: Statement.Fragment) {
    const now = yield* Clock.currentTimeMillis
    return yield* decode(
      yield* sql`SELECT * FROM tokens WHERE ${where} AND revoked_at IS NULL
        AND (expires_at IS NULL OR expires_at > ${now}) ORDER BY created_at, token_id`
    )
  })
  const one = (id: string) => Effect.map(good(sql`token_id = ${id}`), (rows) => rows[0])
  const shown = (row: typeof Stored.Type): TokenRow => Struct.omit(row, ["hash"])

  const create = Effect.fn("ScopedTokens.create")(function* (
    draft: Pick<TokenRow, "name" | "scope" | "created_by" | "expires_at">
  ) {
    const token_id = base32(yield* random.randomBytes(10))
    const secret = `loop_${token_id}_${Buffer.from(yield* random.randomBytes(32)).toString("base64url")}`
    const created_at = yield* Clock.currentTimeMillis
    const row: TokenRow = { token_id, ...draft, created_at, revoked_at: null }
    yield* sql`INSERT INTO tokens ${sql.insert(yield* encode({ ...row, hash: digest(secret) }))}`
    masker.learn("token", secret)
    return { row, secret: Redacted.make(secret) }
  }, orStoreError("ScopedTokens.create"))

  const get = Effect.fn("ScopedTokens.get")(function* (id: string) {
    const row = yield* one(id)
    return row && shown(row)
  }, orStoreError("ScopedTokens.get"))

  const verify = Effect.fn("ScopedTokens.verify")(function* (secret: Redacted.Redacted<string>) {
    const given = Redacted.value(secret)
    const id = form.exec(given)?.[1]
    const row = id === undefined ? undefined : yield* one(id)
    return row !== undefined && isSame(row.hash, digest(given)) ? shown(row) : undefined
  }, orStoreError("ScopedTokens.verify"))

  const revoke = Effect.fn("ScopedTokens.revoke")(function* (id: string) {
    const revoked_at = yield* Clock.currentTimeMillis
    const gone = yield* sql`UPDATE tokens SET revoked_at = ${revoked_at} WHERE revoked_at IS NULL AND token_id IN (
      WITH RECURSIVE family (id) AS (
        SELECT token_id FROM tokens WHERE token_id = ${id}
        UNION SELECT t.token_id FROM tokens t JOIN family ON t.created_by = family.id
      ) SELECT id FROM family) RETURNING token_id`
    yield* sql.afterCommit(Effect.asVoid(PubSub.publish(revoked, undefined)))
    return gone.length
  }, orStoreError("ScopedTokens.revoke"))

  const ended = Effect.fn("ScopedTokens.ended")(
    function* (id: string) {
      // Subscribed before the row is read, so that nothing falls between the two.
      const told = yield* PubSub.subscribe(revoked)
      for (;;) {
        const row = yield* one(id)
        if (row === undefined) return
        const left = row.expires_at === null ? longestSleep : row.expires_at - (yield* Clock.currentTimeMillis)
        yield* Effect.raceFirst(Effect.sleep(Math.min(left, longestSleep)), PubSub.take(told))
      }
    },
    Effect.scoped,
    orStoreError("ScopedTokens.ended")
  )

  const seal = Effect.fn("ScopedTokens.seal")(function* (id: string) {
    return (yield* one(id))?.hash
  }, orStoreError("ScopedTokens.seal"))

  return ScopedTokens.of({
    create,
    list: good(sql`1 = 1`).pipe(
      Effect.map((rows) => rows.map(shown)),
      orStoreError("ScopedTokens.list"),
      Effect.withSpan("ScopedTokens.list")
    ),
    get,
    verify,
    revoke,
    ended,
    seal
  })
})

export const layer = Layer.effect(ScopedTokens, make)
