/**
 * A task's gate command (`pre_run`): run in a box without an agent, before there is a run, so that a poll that finds nothing
 * costs nothing. Its shell is the box's own. A supervisor that dies meanwhile leaves the letter where it was, and the
 * command is run again.
 */
import { Deferred, Effect, Option } from "effect"
import type { Channel } from "../../domain/Channel.ts"
import type { Message, MessageState } from "../../domain/Message.ts"
import type { StopKind } from "../../domain/RunState.ts"
import * as Sentence from "../../domain/Sentence.ts"
import { programMissing } from "../../domain/tasks/Occurrences.ts"
import * as Words from "../../domain/tasks/Words.ts"
import type { Effective } from "../../services/Settings.ts"
import type { Ending, Letter } from "../../services/Tasks.ts"
import * as TaskJob from "./TaskJob.ts"
import type { World } from "./World.ts"

/** How long a gate command may take. */
export const limitSec = 120
/** Characters of its output that the agent is told. */
const keep = 8192

/** One that is under way, and how it is stopped. */
export interface Gating {
  readonly stop: Deferred.Deferred<StopKind>
  readonly ended: Deferred.Deferred<void>
}

export const gating: Effect.Effect<Gating> = Effect.all({
  stop: Deferred.make<StopKind>(),
  ended: Deferred.make<void>()
})

/** `Go` with what it printed; `Over`: the occurrence has ended; `Left`: Loop ends, the letter stays. */
export type Passed =
  | { readonly _tag: "Go"; readonly output: string | null }
  | { readonly _tag: "Over" }
  | { readonly _tag: "Left" }

interface Known {
  readonly channel: Channel
  readonly root: Channel
  readonly effective: Effective
}

const go: Passed = { _tag: "Go", output: null }

/** What its end means; undefined where it said that there is something to do. */
const ending = (code: number | null, output: string, stdout: string): readonly [MessageState, Ending] | undefined => {
  if (code !== 0) {
    const reason = Words.gateFailed(code, output)
    return ["failed", { status: "failed", reason, counts: true, pauses: code === programMissing }]
  }
  if (stdout.trim() !== "") return undefined
  return ["dropped", { status: "skipped", reason: Words.nothingToDo, counts: false }]
}

export const pass = Effect.fn("Run.gate")(function* (
  world: World,
  known: Known,
  message: Message,
  letter: Letter,
  { stop }: Gating
) {
  const { pre_run } = letter.task.options
  if (pre_run === null) return go
  const { channel, effective, root } = known

  const over = Effect.fnUntraced(function* (state: MessageState, end: Ending) {
    yield* world.store.transaction(
      Effect.gen(function* () {
        yield* world.messages.mark(message.channel_id, [message.message_id], state, null)
        const ended = yield* world.tasks.end(letter.occurrence, end)
        const key = `gate:${message.message_id}`
        if (ended !== undefined && end.counts) yield* TaskJob.complain(world, letter, key, end.reason ?? "")
      })
    )
    return { _tag: "Over" } satisfies Passed
  })
  const failed = (reason: string) => over("failed", { status: "failed", reason, counts: true })

  const command = Effect.andThen(
    world.slots.take(message.seq),
    world.agents.runOnce({
      channel,
      root,
      argv: ["/bin/sh", "-c", pre_run],
      workDir: effective.workDir,
      mounts: [],
      keep
    })
  ).pipe(Effect.scoped, Effect.timeoutOption(`${limitSec} seconds`))

  return yield* Effect.raceFirst(command, Deferred.await(stop)).pipe(
    Effect.flatMap((result) => {
      if (result === "shutdown") return Effect.succeed<Passed>({ _tag: "Left" })
      if (typeof result === "string") {
        return over("stopped", { status: "failed", reason: Words.gateStopped, counts: false })
      }
      if (Option.isNone(result)) return failed(Words.gateTimedOut(limitSec))
      const { code, output, stdout } = result.value
      const end = ending(code, output, stdout)
      return end === undefined ? Effect.succeed<Passed>({ _tag: "Go", output: stdout.trim() }) : over(...end)
    }),
    Effect.catchTag("SandboxError", ({ detail, reason, target }) => failed(Sentence.sandbox(reason, target, detail))),
    Effect.catchTag("RelayError", (error) => failed(Sentence.sandbox("other", error.socket, error.message)))
  )
})
