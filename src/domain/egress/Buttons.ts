/** The card that asks about a host: what it is known by within its run, and its buttons. */
import type { AskId } from "../Ids.ts"
import * as ButtonIds from "../chat/ButtonIds.ts"
import type { Button } from "../chat/Words.ts"

/** `where`: `host:port`. */
export const cardKey = (where: string): string => `egress:${where}`

export const of = (ask: AskId): ReadonlyArray<ReadonlyArray<Button>> => [
  [
    { id: ButtonIds.host("once", ask), label: "Allow once (one hour)", style: "success" },
    { id: ButtonIds.host("channel", ask), label: "Allow for this channel", style: "secondary" }
  ]
]
