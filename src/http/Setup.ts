/** How this installation is set up: what the doctor finds, what the configuration says, and who may do what. */
import { Effect, Schema } from "effect"
import { configReference } from "../domain/config/reference.ts"
import { redact } from "../domain/config/redact.ts"
import { Grants, type HolderKind } from "../domain/chat/Grants.ts"
import { Finding } from "../domain/Finding.ts"
import { ChannelId } from "../domain/Ids.ts"
import { Channels } from "../services/Channels.ts"
import { Conversations } from "../services/Conversations.ts"
import { Doctor } from "../services/Doctor.ts"
import { Installation } from "../services/Installation.ts"
import { Settings } from "../services/Settings.ts"
import type { Subject } from "../services/Tokens.ts"
import { administering } from "./Administering.ts"
import { Problem } from "./Problem.ts"
import { route } from "./Route.ts"

const administers = (subject: Subject) => administering(subject, "setup.read", "*")

const doctor = route(
  "GET",
  "/api/doctor",
  {
    summary: "What `loop doctor` finds now. It looks at the engine, the image, the key and the platforms: some seconds",
    answer: { status: 200, description: "Findings", schema: Schema.Array(Finding) },
    problems: [503]
  },
  function* ({ subject }) {
    yield* administers(subject)
    return yield* Effect.mapError(
      Doctor.use(({ examine }) => examine),
      ({ message }) => new Problem({ status: 503, code: "doctor", title: "No findings", detail: message })
    )
  }
)

const ConfigKey = Schema.Struct({
  key: Schema.String,
  type: Schema.String,
  default: Schema.String,
  description: Schema.String,
  /** JSON in force; of secrets only whether there is one. */
  value: Schema.Json
}).annotate({ identifier: "ConfigKey" })

const ConfigProblem = Schema.Struct({
  key: Schema.String,
  message: Schema.String,
  line: Schema.NullOr(Schema.Int)
}).annotate({ identifier: "ConfigProblem" })

/** The value at a key with dots in its name; null where nothing says anything. */
const at = (values: unknown, key: string): Schema.Json =>
  key
    .split(".")
    .reduce<Schema.Json>(
      (value, part) =>
        typeof value === "object" && value !== null && !Array.isArray(value)
          ? ((value as Readonly<Record<string, Schema.Json>>)[part] ?? null)
          : null,
      values as Schema.Json
    )

const config = route(
  "GET",
  "/api/config",
  {
    summary: "The configuration in force, key by key, without secrets, and what is wrong with the file as it stands",
    answer: {
      status: 200,
      description: "The configuration",
      schema: Schema.Struct({
        path: Schema.String,
        keys: Schema.Array(ConfigKey),
        problems: Schema.Array(ConfigProblem)
      })
    }
  },
  function* ({ subject }) {
    yield* administers(subject)
    const { current, paths, problems } = yield* Settings
    const shown = redact(yield* current)
    const keys = configReference().map(({ description, fallback, key, type }) => ({
      key,
      type,
      default: fallback,
      description,
      value: at(shown, key)
    }))
    return { path: paths.config, keys, problems: yield* problems }
  }
)

const GrantsShape = Grants.annotate({ identifier: "Grants" })

const access = route(
  "GET",
  "/api/access",
  {
    summary:
      "Who may do what: by the configuration, everywhere by code, and in the channels that have grants of their own",
    answer: {
      status: 200,
      description: "Grants by where they hold",
      schema: Schema.Struct({
        config: GrantsShape,
        everywhere: GrantsShape,
        channels: Schema.Array(
          Schema.Struct({
            channel_id: Schema.String,
            name: Schema.String,
            platform: Schema.String,
            grants: GrantsShape
          })
        )
      })
    }
  },
  function* ({ subject }) {
    yield* administers(subject)
    const nobody = { users: [], roles: [] }
    const { permissions } = yield* Settings.use(({ current }) => current)
    const channels = (yield* Channels.use(({ search }) => search(""))).flatMap(
      ({ channel_id, name, permissions: own, platform }) => {
        const grants = { owners: own.owners ?? nobody, members: own.members ?? nobody }
        const held = [grants.owners, grants.members].some(({ roles, users }) => roles.length + users.length > 0)
        return held ? [{ channel_id, name, platform, grants }] : []
      }
    )
    return { config: permissions, everywhere: yield* Installation.use(({ grants }) => grants), channels }
  }
)

const kinds = ["user", "role"] as const satisfies ReadonlyArray<HolderKind>

const change = route(
  "POST",
  "/api/access",
  {
    summary: "Gives somebody a role in a channel, or takes it (`role: null`); for its owners",
    body: Schema.Struct({
      channel_id: ChannelId,
      kind: Schema.Literals(kinds),
      id: Schema.NonEmptyString.check(Schema.isMaxLength(100)),
      role: Schema.NullOr(Schema.Literals(["owner", "member"]))
    }),
    answer: { status: 204, description: "Changed" },
    problems: [404]
  },
  function* ({ body: { channel_id, id, kind, role }, subject }) {
    const all = yield* Conversations
    const channel = yield* all.find(subject, channel_id)
    yield* all.grant(subject, channel.channel_id, { kind, id, role })
    return undefined
  }
)

export const setupRoutes = [doctor, config, access, change]
