/** What a token lets its holder do, and where. */
import { Schema } from "effect"
import type { Action } from "./chat/Grants.ts"

/** Each has what those before it have. */
export const Access = Schema.Literals(["read", "write", "admin"])
export type Access = typeof Access.Type

/** Every channel, present and to come, and the installation itself. */
export const everywhere = "*"

/** `channels`: ids, whose threads count with them, or `*` by itself. */
export const TokenScope = Schema.Struct({
  channels: Schema.Array(Schema.NonEmptyString).check(Schema.isMinLength(1)),
  access: Access
})
export type TokenScope = typeof TokenScope.Type

const needs: Readonly<Record<Action, Access>> = {
  read: "read",
  write: "write",
  manage: "admin",
  grant: "admin",
  administer: "admin"
}

const order = Access.literals
const isAtLeast = (one: Access, other: Access): boolean => order.indexOf(one) >= order.indexOf(other)

/** `where`: a resource and, of a thread, its channel. */
export const allows = ({ access, channels }: TokenScope, action: Action, where: ReadonlyArray<string>): boolean =>
  isAtLeast(access, needs[action]) &&
  (channels.includes(everywhere) || where.some((each) => each !== everywhere && channels.includes(each)))
