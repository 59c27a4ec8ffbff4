/** `loop doctor`: looks at what Loop needs, and says how to mend what is missing. */
import { Console, Effect, type Layer } from "effect"
import { Command } from "effect/cli"
import type { CheckUp } from "../domain/chat/CheckUp.ts"
import { printable } from "../domain/Printable.ts"
import { fail, type Finding } from "../domain/Finding.ts"
import type { Embedder } from "../services/Embedder.ts"
import type { ModelRelay } from "../services/ModelRelay.ts"
import type { Sandbox, SandboxError } from "../services/Sandbox.ts"
import { type ConfigInvalid, Settings } from "../services/Settings.ts"
import { json, printJson } from "./Ask.ts"
import { healthAt, localUrl } from "./Client.ts"
import { home } from "./doctor/Home.ts"
import { memory } from "./doctor/Memory.ts"
import { configured } from "./doctor/Settings.ts"
import { key, sandbox, server } from "./doctor/World.ts"
import { failure } from "./Failure.ts"
import { progress, style, Styled } from "./Screen.ts"

export interface Patient {
  readonly settings: Layer.Layer<Settings, ConfigInvalid>
  readonly sandbox: Layer.Layer<Sandbox, SandboxError, Settings>
  readonly relay: Layer.Layer<ModelRelay, never, Settings>
  readonly embedder: Layer.Layer<Embedder>
  /** Of the chat platforms. */
  readonly checkUps: Effect.Effect<ReadonlyArray<CheckUp>, never, Settings>
}

const examine = Effect.fnUntraced(function* (patient: Patient) {
  const { current } = yield* Settings
  const url = localUrl((yield* current).api_addr)
  const looks = [home, sandbox(patient.sandbox), key(patient.relay), server(healthAt(url), url)]
  const [platforms, rest, notes] = yield* Effect.all(
    [patient.checkUps, Effect.all(looks, { concurrency: "unbounded" }), memory(patient.embedder)],
    { concurrency: "unbounded" }
  )
  return [...(yield* configured), ...platforms, ...rest, ...notes]
})

const unreadable = (error: ConfigInvalid): ReadonlyArray<Finding> => [
  fail("config", error.message, 'Mend it, then look it over with "loop config check"; the rest was not looked at.')
]

const marks = { ok: ["ok  ", "green"], warn: ["note", "yellow"], fail: ["FAIL", "red"] } as const

const lines = ({ detail, mend, name, status }: Finding) =>
  [
    `${style(marks[status][1], marks[status][0])} ${printable(`${name.padEnd(8)} ${detail}`)}`,
    ...(mend === undefined ? [] : [`${" ".repeat(14)}${printable(mend)}`])
  ].join("\n")

export const doctor = (patient: Patient) =>
  Command.make(
    "doctor",
    { json },
    Effect.fnUntraced(function* ({ json }) {
      const findings = yield* examine(patient).pipe(
        Effect.provide(patient.settings),
        Effect.catchTag("ConfigInvalid", (error) => Effect.succeed(unreadable(error))),
        progress("Looking")
      )
      const bad = findings.filter(({ status }) => status === "fail").length
      yield* json
        ? printJson({ ok: bad === 0, checks: findings })
        : Effect.forEach(findings, (finding) => Console.log(new Styled(lines(finding))))
      if (bad > 0) return yield* failure(`${bad === 1 ? "One thing has" : `${bad} things have`} to be mended.`)
    })
  ).pipe(Command.withDescription("Look at what Loop needs, and say how to mend it; exits 1 if something is missing"))
