/** Who may do what on chat platforms: grants as data, the role they give a person, and their edits. */
import { Schema } from "effect"

/** Ids as the platform writes them. */
const Holders = Schema.Struct({ users: Schema.Array(Schema.String), roles: Schema.Array(Schema.String) })
type Holders = typeof Holders.Type

/** The same shape as `permissions` in the configuration. */
export const Grants = Schema.Struct({ owners: Holders, members: Holders })
export type Grants = typeof Grants.Type

/** A channel's own grants; `{}` where it has none of its own and, being a thread, uses its channel's. */
export const OwnGrants = Schema.Struct({ owners: Schema.optionalKey(Holders), members: Schema.optionalKey(Holders) })
export type OwnGrants = typeof OwnGrants.Type

export type Role = "owner" | "member"
export type HolderKind = "user" | "role"

/** `read`, `write`, `manage`: every member; `grant` (changing who may do what) and `administer` (tokens, the audit log): owners alone. */
export const actions = ["read", "write", "manage", "grant", "administer"] as const
export type Action = (typeof actions)[number]

const nobody: Holders = { users: [], roles: [] }

export const none: Grants = { owners: nobody, members: nobody }

const whole = ({ owners = nobody, members = nobody }: OwnGrants): Grants => ({ owners, members })

/** What holds in a channel: its own grants, or its parent's where it is a thread without any. */
export const inForce = (own: OwnGrants, parent: OwnGrants): Grants =>
  whole(own.owners === undefined && own.members === undefined ? parent : own)

export const hasOwner = ({ owners }: OwnGrants): boolean =>
  owners !== undefined && (owners.users.length > 0 || owners.roles.length > 0)

/** A person as the platform tells of them: their id and the ids of the roles they have. */
export interface Holder {
  readonly person_id: string
  readonly roles: ReadonlyArray<string>
}

const holds = (holders: Holders, { person_id, roles }: Holder) =>
  holders.users.includes(person_id) || roles.some((role) => holders.roles.includes(role))

/** The best role that any of the grants gives; undefined where none does: nobody has one by default. */
export const roleOf = (person: Holder, ...grants: ReadonlyArray<Grants>): Role | undefined => {
  if (grants.some(({ owners }) => holds(owners, person))) return "owner"
  return grants.some(({ members }) => holds(members, person)) ? "member" : undefined
}

export const may = (role: Role | undefined, action: Action): boolean =>
  role === "owner" || (role === "member" && action !== "grant" && action !== "administer")

const listOf = (kind: HolderKind) => (kind === "user" ? "users" : "roles")

const edited = (grants: Grants, kind: HolderKind, id: string, role: Role | undefined): Grants => {
  const list = listOf(kind)
  const change = (holders: Holders, mine: boolean): Holders => {
    const others = holders[list].filter((each) => each !== id)
    return { ...holders, [list]: mine ? [...others, id] : others }
  }
  return { owners: change(grants.owners, role === "owner"), members: change(grants.members, role === "member") }
}

/** Gives one role and takes the other. */
export const allow = (grants: Grants, kind: HolderKind, id: string, role: Role): Grants =>
  edited(grants, kind, id, role)

/** Takes both roles. */
export const deny = (grants: Grants, kind: HolderKind, id: string): Grants => edited(grants, kind, id, undefined)
