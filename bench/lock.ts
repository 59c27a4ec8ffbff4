/**
 * What the lock costs a turn: the real CLI in a box with all walls (limits, the model's relay, the proxy's sockets and
 * forwarder) and in the same container without any: the host's network, the model's address and key in its environment. The
 * same program speaks with both, turn by turn in one run, so the ratio holds on a busy machine.
 */
import { Effect, Layer } from "effect"
import type Docker from "dockerode"
import { RunId } from "../src/domain/Ids.ts"
import { forwards, proxyEnv } from "../src/domain/egress/Inside.ts"
import * as ClaudeCode from "../src/layers/claude/ClaudeCode.ts"
import * as EgressProxy from "../src/layers/egress/EgressProxy.ts"
import * as Relay from "../src/layers/ModelRelay.ts"
import { LABEL } from "../src/layers/sandbox/DockerSpec.ts"
import { Engine } from "../src/layers/sandbox/Engine.ts"
import { SOCKETS } from "../src/layers/sandbox/Forwards.ts"
import * as SandboxDocker from "../src/layers/sandbox/SandboxDocker.ts"
import * as SecretsLive from "../src/layers/secrets/SecretsLive.ts"
import { Agent } from "../src/services/Agent.ts"
import { ModelRelay, unwatched } from "../src/services/ModelRelay.ts"
import { Sandbox } from "../src/services/Sandbox.ts"
import { Boxes, boxesOver, dockerParts, settings } from "../test/support/Boxes.ts"
import * as Line from "../test/support/egress/Line.ts"
import { listen, sessionId, turn } from "../test/support/EngineBench.ts"
import * as MessagesApi from "../test/support/MessagesApi.ts"
import { type Figure, median } from "./figure.ts"
import { report, timed } from "./support.ts"

const rounds = 7
const keptPerRound = 5
const policy = Line.policy({ allow: ["bundle:standard"] })

/** An agent's container without its walls; what is in it, and its user, stay. */
const unlock = (asked: Docker.ContainerCreateOptions, url: string): Docker.ContainerCreateOptions => ({
  ...asked,
  Entrypoint: [],
  Env: [
    ...(asked.Env ?? []).filter((pair) => !/^(LOOP_|ANTHROPIC_|[A-Za-z_]*PROXY|GIT_SSH_COMMAND)/i.test(pair)),
    `ANTHROPIC_BASE_URL=${url}`,
    "ANTHROPIC_API_KEY=bench"
  ],
  HostConfig: {
    Init: true,
    NetworkMode: "host",
    Mounts: (asked.HostConfig?.Mounts ?? []).filter(({ Target }) => Target !== SOCKETS)
  }
})

const unlocked = (url: string) =>
  Layer.effect(
    Engine,
    Effect.map(Engine, (real) =>
      Engine.of({
        ...real,
        call: (target, run) =>
          real.call(target, (docker) => {
            const createContainer = (asked: Docker.ContainerCreateOptions) =>
              docker.createContainer(asked.Labels?.[LABEL.process] === undefined ? asked : unlock(asked, url))
            return run(Object.assign(Object.create(docker) as Docker, { createContainer }))
          })
      })
    )
  )

const world = (url: string, isLocked: boolean) => {
  const parts = dockerParts(settings({ anthropic_base_url: url, anthropic_api_key: "bench" }))
  const engine = isLocked ? parts : unlocked(url).pipe(Layer.provideMerge(parts))
  return Layer.mergeAll(ClaudeCode.layer, Relay.layer, EgressProxy.layer.pipe(Layer.provide(SecretsLive.layer))).pipe(
    Layer.provideMerge(boxesOver(Layer.effect(Sandbox, SandboxDocker.make({ orphanSec: 600 })))),
    Layer.provideMerge(engine)
  )
}

/** An agent in a new box; what is said to it, and the milliseconds until its turn has ended. */
const open = (isLocked: boolean) =>
  Effect.gen(function* () {
    const boxes = yield* Boxes
    const { argv: _, ...box } = boxes.spec([], {
      limits: { memoryMb: 2048, cpus: 2, pids: 512 },
      ...(isLocked && { env: proxyEnv(policy), forwards: forwards(policy) })
    })
    if (isLocked) {
      const line = yield* ModelRelay.use((relay) => relay.open(box.processId, unwatched))
      yield* line.assign(RunId.make("run"))
      yield* Line.open(box.processId, policy)
    }
    const agent = yield* Agent.use((engine) =>
      engine.open({
        box,
        session: { _tag: "New", sessionId: sessionId() },
        binary: "claude",
        model: "",
        systemPrompt: "",
        mcpServers: {},
        credential: "api_key"
      })
    )
    yield* Effect.addFinalizer(() => agent.kill)
    const told = yield* listen(agent)
    return Effect.fnUntraced(function* (text: string) {
      const since = told.entries.length
      yield* agent.send(turn(`a: say: ${text}`))
      const ended = yield* told.next("TurnEnded", undefined, since)
      if (ended.outcome !== "completed" || ended.text !== text) yield* Effect.die(new Error(JSON.stringify(ended)))
    })
  })

const measure = Effect.gen(function* () {
  const api = yield* MessagesApi.make()
  const sides = yield* Effect.forEach([true, false], (isLocked) =>
    Effect.gen(function* () {
      const context = yield* Layer.build(Layer.fresh(world(api.url, isLocked)))
      // Its end is not a part of the turn.
      const fresh = timed(Effect.flatMap(open(isLocked), (say) => say("fresh"))).pipe(
        Effect.map(({ ms }) => ms),
        Effect.scoped,
        Effect.provide(context)
      )
      const say = yield* Effect.provide(open(isLocked), context)
      yield* say("warm")
      yield* fresh
      return { fresh, say, took: { kept: new Array<number>(), fresh: new Array<number>() } }
    })
  )
  for (let round = 0; round < rounds; round++) {
    // Who comes first changes: what the one warms up helps the other.
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
      side.took.fresh.push(yield* side.fresh)
      for (let n = 0; n < keptPerRound; n++) side.took.kept.push((yield* timed(side.say(`kept ${round} ${n}`))).ms)
    }
  }
  const [locked, plain] = sides.map(({ took }) => ({ kept: median(took.kept), fresh: median(took.fresh) }))
  if (locked === undefined || plain === undefined) return []
  const figures = (["kept", "fresh"] as const).flatMap((kind): ReadonlyArray<Figure> => [
    { what: `turn, ${kind}, locked`, value: locked[kind], unit: "ms", against: "prompt sent -> turn ended, median" },
    { what: `turn, ${kind}, no walls`, value: plain[kind], unit: "ms", against: "the same" },
    {
      what: `the lock, ${kind}: with / without`,
      value: locked[kind] / plain[kind],
      unit: "x",
      against: `the same ${rounds} rounds`,
      atMost: 1.1
    }
  ])
  return figures
}).pipe(Effect.scoped)

if (import.meta.main) await report(measure)
