/**
 * Whether a webhook's call is signed with its secret. `github`: `X-Hub-Signature-256: sha256=<hex>` over the body, as
 * https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries has it. `loop`:
 * `X-Loop-Signature: t=<Unix seconds>,id=<delivery>,v1=<hex>` over `<t>.<delivery>.<body>`, for five minutes.
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto"

/** Seconds that the clocks of two machines and the way between them may differ by. */
const window = 300

export interface Signed {
  /** The same for a call that is made again. */
  readonly delivery: string
}

const macOf = (secret: string, ...parts: ReadonlyArray<Uint8Array | string>) => {
  const mac = createHmac("sha256", secret)
  for (const part of parts) mac.update(part)
  return mac.digest()
}

const matches = (hex: string | undefined, expected: Buffer): boolean =>
  timingSafeEqual(Buffer.from(/^[0-9a-f]{64}$/i.test(hex ?? "") ? (hex ?? "") : "00".repeat(32), "hex"), expected)

const digest = (body: Uint8Array) => createHash("sha256").update(body).digest("hex")

const github = (secret: string, headers: Headers, body: Uint8Array): Signed | undefined => {
  const given = /^sha256=(.*)$/.exec(headers.get("x-hub-signature-256") ?? "")?.[1]
  const signed = matches(given, macOf(secret, body))
  // `X-GitHub-Delivery` is not signed: with another one, a call that was overheard would be new each time.
  return signed ? { delivery: digest(body) } : undefined
}

const loop = (secret: string, headers: Headers, body: Uint8Array, now: number): Signed | undefined => {
  const [, time = "", delivery = "", given] =
    /^t=(\d{1,12}),id=([\w.:-]{1,200}),v1=(.*)$/.exec(headers.get("x-loop-signature") ?? "") ?? []
  const signed = matches(given, macOf(secret, `${time}.${delivery}.`, body))
  return signed && Math.abs(now / 1000 - Number(time)) <= window ? { delivery } : undefined
}

/** `now`: epoch milliseconds. Takes as long for a wrong signature as for a right one. */
export const verify = (
  kind: "github" | "loop",
  secret: string,
  headers: Headers,
  body: Uint8Array,
  now: number
): Signed | undefined => (kind === "github" ? github(secret, headers, body) : loop(secret, headers, body, now))
