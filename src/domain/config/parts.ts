/** The objects within the configuration. */
import { Schema } from "effect"
import { NetworkMode } from "../Channel.ts"
import { parse as parsePattern } from "../egress/Pattern.ts"
import { faultOf } from "../hooks/Template.ts"
import { key, required } from "./key.ts"
import { Count, CountOrDefault, CountOrZero, Envs, Flag, HttpUrl, Text, Texts } from "./values.ts"

const portNumber = (text: string) => /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535

const HostPattern = Schema.String.check(
  Schema.makeFilter((text) => {
    const found = parsePattern(text)
    return typeof found === "string" ? found : undefined
  })
)

const Port = Schema.String.check(
  Schema.makeFilter((text) => (portNumber(text) ? undefined : 'Expected a port of the host, in quotes, such as "5432"'))
)

export const Network = Schema.Struct({
  mode: key(NetworkMode, "allowlist", "`none`, `allowlist` or `open`."),
  allow: key(
    Schema.Array(HostPattern).annotate({ title: "list of text" }),
    [],
    "Hosts that `allowlist` lets through beside `bundle:standard`: `host`, `*.host`, `host:port` or `bundle:name`; `!` in front takes out."
  ),
  host_services: key(
    Schema.Array(Port).annotate({ title: "list of text" }),
    [],
    "Ports of this machine's loopback that boxes find at their own."
  ),
  read_only_public: key(
    Flag,
    false,
    "Whether any public page can be read through `http://fetch.loop/<URL>`: GET and HEAD alone, 10 MiB at most."
  )
})

const McpServer = Schema.Struct({
  command: required(Schema.NonEmptyString.annotate({ title: "text" }), "Command, run inside the box."),
  args: key(Texts, [], "Its arguments."),
  env: key(Envs, {}, "Its variables.")
})

export const Mcp = Schema.Struct({
  servers: key(
    Schema.Record(Schema.String, McpServer).annotate({ title: "map of name to server" }),
    {},
    "MCP servers of your own, `{command, args, env}` by name; they run inside the box. The name `loop` is taken."
  )
})

const TemplatePath = Schema.String.check(
  Schema.makeFilter((path) =>
    path.startsWith("/") || path.split("/").includes("..")
      ? "Expected a path inside the templates directory"
      : undefined
  )
)

export const TaskTemplate = Schema.Struct({
  name: required(Schema.NonEmptyString, "Name."),
  description: key(Text, "", "What it is for."),
  schedule: required(Schema.NonEmptyString, "When."),
  type: required(Schema.Literals(["cron", "interval", "once"]), "How `schedule` is read."),
  prompt: Schema.optionalKey(Schema.NonEmptyString),
  prompt_path: Schema.optionalKey(TemplatePath),
  pre_run: Schema.optionalKey(Schema.NonEmptyString),
  auto_delete_sec: key(CountOrZero, 0, "Seconds after which its answer is deleted; 0 keeps it.")
})
export type TaskTemplate = typeof TaskTemplate.Type

export const Memory = Schema.Struct({
  enabled: key(Flag, false, "Whether memory is searched and indexed."),
  paths: key(
    Texts,
    ["./memory"],
    "Markdown files and directories to index; relative to each project, absolute ones are everybody's; `!` in front leaves one out."
  ),
  max_chunk_chars: key(CountOrDefault, 5000, "Longest piece that is indexed as one; at least 200."),
  reindex_interval_sec: key(CountOrDefault, 300, "How often files are looked through again."),
  embeddings: key(
    Schema.Struct({
      provider: key(Text, "", "`ollama`; empty leaves memory off."),
      model: key(Text, "nomic-embed-text", "Embedding model."),
      ollama_url: key(HttpUrl, "http://localhost:11434", "Where ollama listens.")
    }),
    {},
    "How text becomes vectors."
  )
})

const Template = Schema.String.check(Schema.makeFilter((text) => faultOf(text)))

export const Hook = Schema.Struct({
  channel: required(Schema.NonEmptyString, "The channel's id."),
  secret: required(
    Schema.String.check(Schema.isMinLength(16, { expected: "a secret of 16 characters or more" })),
    "What calls are signed with."
  ),
  template: required(
    Template.check(Schema.isMinLength(1)),
    "The message; `{{issue.title}}` is that part of the payload."
  ),
  signature: key(Schema.Literals(["github", "loop"]), "github", "How calls are signed."),
  events: key(Texts, [], "Names of events that are wanted; none means all."),
  calls_per_minute: key(Count, 60, "More are refused.")
})

/** They stand in addresses and in ids. */
const HookName = Schema.String.check(
  Schema.isPattern(/^[a-z0-9][a-z0-9_-]{0,63}$/, { expected: "a name of small letters, digits, - and _" })
)
export const Hooks = Schema.Record(HookName, Hook)

const Subjects = (who: string) =>
  key(
    Schema.Struct({
      users: key(Texts, [], `User ids of ${who}.`),
      roles: key(Texts, [], `Role ids of ${who} (Discord).`)
    }),
    {},
    `Who are ${who}.`
  )

export const Permissions = Schema.Struct({ owners: Subjects("owners"), members: Subjects("members") })
