/** The predecessor's grants of a channel: JSON on its row. */
import { Option, Schema } from "effect"
import type { Grants, OwnGrants } from "../chat/Grants.ts"

// Go writes a list without entries as null.
const Names = Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.String)))
const Holders = Schema.optionalKey(Schema.NullOr(Schema.Struct({ users: Names, roles: Names })))
const decode = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Struct({ owners: Holders, members: Holders })))

type Read = typeof Holders.Type

const holders = (read: Read | undefined) => ({ users: read?.users ?? [], roles: read?.roles ?? [] })

const isNobody = ({ owners, members }: Grants) =>
  [owners, members].every(({ users, roles }) => users.length === 0 && roles.length === 0)

/** `{}` where nobody is named; undefined where it cannot be read. */
export const grantsOf = (text: string): OwnGrants | undefined => {
  if (text.trim() === "") return {}
  const read = decode(text)
  if (Option.isNone(read)) return undefined
  const grants = { owners: holders(read.value.owners), members: holders(read.value.members) }
  return isNobody(grants) ? {} : grants
}

const sorted = ({ owners, members }: OwnGrants) =>
  JSON.stringify(
    [owners, members].flatMap((each) => [each?.users ?? [], each?.roles ?? []]).map((names) => [...names].sort())
  )

/** The predecessor copied a channel's grants to its threads; here a thread without its own uses its channel's. */
export const ownOf = (own: OwnGrants, above: OwnGrants): OwnGrants => (sorted(own) === sorted(above) ? {} : own)
