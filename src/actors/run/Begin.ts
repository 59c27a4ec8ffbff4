/** From queued messages to a run row: what the agent will be told, stored before anything else happens. */
import { Clock, Effect } from "effect"
import type { Channel } from "../../domain/Channel.ts"
import { nonce } from "../../domain/Fence.ts"
import { PromptId, type RunId } from "../../domain/Ids.ts"
import { nextBatch } from "../../domain/Mailbox.ts"
import type { Message } from "../../domain/Message.ts"
import { continuation, historyLimit, promptOf } from "../../domain/Prompt.ts"
import { noUsage, type Run } from "../../domain/Run.ts"
import * as Sentence from "../../domain/Sentence.ts"
import type { Effective } from "../../services/Settings.ts"
import * as Words from "../../domain/tasks/Words.ts"
import type { Letter } from "../../services/Tasks.ts"
import * as AskOwners from "./AskOwners.ts"
import type { Carry } from "./Hand.ts"
import * as Session from "./Session.ts"
import * as TaskJob from "./TaskJob.ts"
import type { World } from "./World.ts"

/** The prompt of a run that begins, or begins anew, with the channel as it is. */
export const promptFor = Effect.fnUntraced(function* (
  world: World,
  channel: Channel,
  messages: ReadonlyArray<Message>
) {
  const [first] = messages
  const remembered = channel.session_id !== null || channel.fork_from !== null
  const history =
    remembered || first === undefined ? [] : yield* world.messages.history(channel, first.seq, historyLimit)
  return promptOf(messages, history, yield* nonce(world.random))
})

/**
 * What was said without calling Loop before the last of these messages. A command of the CLI is sent as it is, and a
 * message that was written into an earlier turn as it was then.
 */
const overheard = Effect.fnUntraced(function* (world: World, batch: ReadonlyArray<Message>) {
  const last = batch.at(-1)
  if (last === undefined || batch.some(({ kind, prompt_id }) => kind !== "prompt" || prompt_id !== null)) return []
  return yield* world.messages.noted(last.channel_id, last.seq, historyLimit)
})

/**
 * The uuid of the run's prompt line. A message that was written into an earlier turn keeps the uuid it had there, unless
 * the session holds it already without an answer (its process was killed): then the work is continued under a new one.
 */
const promptLine = Effect.fnUntraced(function* (
  world: World,
  channel: Channel,
  root: Channel,
  batch: ReadonlyArray<Message>,
  carried: boolean
) {
  const noted = yield* overheard(world, batch)
  const fresh = PromptId.make(yield* world.random.uuidV4())
  const written = batch[0]?.prompt_id ?? null
  const text = yield* promptFor(
    world,
    channel,
    [...noted, ...batch].toSorted((a, b) => a.seq - b.seq)
  )
  if (written === null) return { line: { prompt_id: fresh, prompt: text }, tells: noted.length > 0 }
  const held =
    !carried && channel.session_id !== null && (yield* Session.holds(world, root, channel.session_id, written))
  return {
    line: held ? { prompt_id: fresh, prompt: continuation } : { prompt_id: written, prompt: text },
    tells: false
  }
})

/**
 * The process that a message was written to in an earlier turn, where the last supervisor ended before that message had a
 * run: it may be at work on it already.
 */
const writtenTo = Effect.fnUntraced(function* (world: World, channel: Channel, first: Message) {
  if (first.prompt_id === null || channel.session_id === null) return undefined
  const ours = new Set((yield* world.agents.list).map(({ process_id }) => process_id))
  return (yield* world.processes.list).find(
    ({ channel_id, process_id, session_id }) =>
      channel_id === channel.channel_id && session_id === channel.session_id && !ours.has(process_id)
  )
})

/** A task that asked for the run, and what its gate command printed. */
export interface Called {
  readonly letter: Letter
  readonly gate: string | null
}

/** In the channel's own conversation a task is told what was said before, as everybody is. */
const promptOfTask = Effect.fnUntraced(function* (
  world: World,
  channel: Channel,
  message: Message,
  { gate, letter: { task } }: Called
) {
  const number = yield* nonce(world.random)
  const told = Words.promptOf(task, message.content, gate, number)
  const remembered = channel.session_id !== null || channel.fork_from !== null
  if (task.options.session !== "channel" || remembered || told.startsWith("/")) return told
  const history = yield* world.messages.history(channel, message.seq, historyLimit)
  return promptOf([{ ...message, content: told }], history, number)
})

/**
 * Takes the next messages out of the queue into a new run; undefined when none waits. With `carry` the row names its
 * process from the start.
 */
export const begin = Effect.fn("Run.begin")(function* (
  world: World,
  channel: Channel,
  root: Channel,
  effective: Effective,
  run_id: RunId,
  carry: Carry | undefined,
  called?: Called
) {
  const queued = yield* world.messages.queued(channel.channel_id)
  const batch = nextBatch(queued, effective.busy)
  const [first] = batch
  if (first === undefined) return undefined
  // Somebody took it out, or another one stands in front of it now.
  if ((first.kind === "task" || called !== undefined) && called?.letter.occurrence.message_id !== first.message_id) {
    return undefined
  }
  const process = carry === undefined ? yield* writtenTo(world, channel, first) : undefined
  const { line, tells } = yield* promptLine(
    world,
    channel,
    root,
    batch,
    carry?.written === true || process !== undefined
  )
  const now = yield* Clock.currentTimeMillis
  const run: Run = {
    run_id,
    channel_id: channel.channel_id,
    trigger: called === undefined ? "message" : "task",
    task_id: called?.letter.task.task_id ?? null,
    message_ids: batch.map(({ message_id }) => message_id),
    status: carry === undefined ? "starting" : "running",
    reason: null,
    attempt: 1,
    defects: 0,
    stalls: 0,
    resets: carry?.resets ?? channel.resets,
    session_id: carry?.loan.sessionId ?? process?.session_id ?? null,
    process_id: carry?.loan.agent.processId ?? process?.process_id ?? null,
    ...line,
    ...(called !== undefined && { prompt: yield* promptOfTask(world, channel, first, called) }),
    prompt_state: "stored",
    fresh_tried: false,
    compact_tried: false,
    started_at: now,
    ended_at: null,
    cost_usd: 0,
    usage: noUsage,
    turns: 0,
    result: null
  }
  const event = { at: now, channel_id: run.channel_id, run_id: run.run_id }
  const others = yield* world.channels.workingIn(effective.workDir)
  const names = others.filter(({ channel_id }) => channel_id !== channel.channel_id).map(({ name }) => name)
  const notes = [...effective.warnings, ...(names.length === 0 ? [] : [Sentence.sharesDirectory(names)])]
  yield* world.store.transaction(
    Effect.gen(function* () {
      yield* world.runs.insert(run)
      if (called !== undefined) yield* world.tasks.begun(called.letter.occurrence, run.run_id)
      if (tells) yield* world.messages.tell(channel.channel_id, batch.at(-1)?.seq ?? first.seq, run.run_id)
      yield* world.messages.mark(channel.channel_id, run.message_ids, "running", run.run_id)
      yield* AskOwners.aboutProject(world, run, effective)
      yield* world.journal.append([
        { ...event, type: "run.started", data: { message_ids: run.message_ids, trigger: run.trigger } },
        ...notes.map((text) => Object.assign({}, event, { type: "run.note" as const, data: { text } }))
      ])
    })
  )
  const task =
    called === undefined
      ? undefined
      : TaskJob.begun({ ...called.letter, occurrence: { ...called.letter.occurrence, status: "running", run_id } })
  return { run, order: first.seq, task }
})
