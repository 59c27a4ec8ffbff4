/** Ordinary tools in a real box, with the files they need and stand-ins for the registries they ask. */
import { Effect, Layer } from "effect"
import { mkdirSync, writeFileSync } from "node:fs"
import * as path from "node:path"
import { forwards, proxyEnv } from "../../../src/domain/egress/Inside.ts"
import * as EgressProxy from "../../../src/layers/egress/EgressProxy.ts"
import * as SecretsLive from "../../../src/layers/secrets/SecretsLive.ts"
import * as SandboxDocker from "../../../src/layers/sandbox/SandboxDocker.ts"
import type { Binding } from "../../../src/domain/secrets/Binding.ts"
import { Egress } from "../../../src/services/Egress.ts"
import { type BoxSpec, Sandbox } from "../../../src/services/Sandbox.ts"
import { Boxes, boxesOver, dockerParts, finish, settings } from "../Boxes.ts"
import * as Line from "./Line.ts"
import * as Registries from "./Registries.ts"
import * as StandIn from "./StandIn.ts"

export const real = { timeout: "10 minutes", excludeTestServices: true } as const

export const worldWith = (keys: Readonly<Record<string, unknown>>) =>
  boxesOver(Layer.effect(Sandbox, SandboxDocker.make({ orphanSec: 600 }))).pipe(
    Layer.provideMerge(Layer.effect(Egress, EgressProxy.make({}))),
    Layer.provideMerge(SecretsLive.layer),
    Layer.provideMerge(StandIn.layer),
    Layer.provideMerge(dockerParts(settings(keys)))
  )

export const world = worldWith({})

const TRUST = [
  "SSL_CERT_FILE",
  "NODE_EXTRA_CA_CERTS",
  "CURL_CA_BUNDLE",
  "GIT_SSL_CAINFO",
  "PIP_CERT",
  "CARGO_HTTP_CAINFO"
]

const policy = Line.policy()

/** Runs a script with the given files in its work directory, as an agent's shell would. */
export const run = Effect.fnUntraced(function* (
  files: (registries: Registries.Registries) => Readonly<Record<string, string>>,
  script: string,
  over: Partial<BoxSpec> = {},
  secrets: ReadonlyArray<Binding> = []
) {
  const registries = yield* Registries.make
  const outer = yield* StandIn.Outer
  outer.authorities.push(registries.certificates.ca)
  const boxes = yield* Boxes
  const sandbox = yield* Sandbox
  const plain = boxes.spec(["/bin/bash", "-euc", `exec 2>&1; ${script}`], over)
  const ca = path.join(plain.workDir, "ca.pem")
  const spec: BoxSpec = {
    ...plain,
    env: { ...proxyEnv(policy), ...Object.fromEntries(TRUST.map((name) => [name, ca])), ...over.env },
    forwards: forwards(policy),
    limits: { memoryMb: 1536, cpus: 2, pids: 512 }
  }
  for (const [name, content] of Object.entries({ "ca.pem": registries.certificates.ca, ...files(registries) })) {
    mkdirSync(path.dirname(path.join(spec.workDir, name)), { recursive: true })
    writeFileSync(path.join(spec.workDir, name), content)
  }
  const { decisions, now } = yield* Line.open(spec.processId, policy)
  now.secrets = secrets
  const box = yield* sandbox.start(spec)
  const { exit, lines } = yield* Effect.ensuring(finish(box), box.kill)
  const refused = decisions.filter(({ refusal }) => refusal !== null)
  return { ...registries, decisions, code: exit.code, last: lines.at(-1), all: lines.join("\n"), refused }
}, Effect.scoped)
