import { assert, describe, it } from "@effect/vitest"
import type { RunInput, RunState } from "../../src/domain/RunState.ts"
import * as Sentence from "../../src/domain/Sentence.ts"
import * as Inputs from "../support/RunInputs.ts"

const { agent, delta, exited, failed, failure, fresh, only, permission, play, received } = Inputs
const { requested, settled, steered, stop, text, turnEnded, verified } = Inputs

const tags = (played: ReadonlyArray<Inputs.Played>) => Inputs.actionsOf(played).map(({ _tag }) => _tag)
const says = (played: ReadonlyArray<Inputs.Played>) => only("Say", played).map(({ text }) => text)
const run = (inputs: ReadonlyArray<RunInput>, changes: Partial<RunState> = {}) => play(fresh(changes), inputs)
const endOf = (played: ReadonlyArray<Inputs.Played>) => only("End", played)[0]

describe("an answer", () => {
  it("is said text by text while it streams, and not again at the end", () => {
    const played = run([received(), text("u1", "First."), text("u2", "Last."), turnEnded({ text: "Last." })])
    assert.deepStrictEqual(says(played), ["First.", "Last."])
    assert.deepStrictEqual(endOf(played), { _tag: "End", status: "completed", reason: null, result: "Last." })
  })

  it("is not said again because the end of the turn has other white space", () => {
    const played = run([received(), text("u1", "One.\n\nTwo.\n"), turnEnded({ text: " One.\nTwo." })])
    assert.deepStrictEqual(says(played), ["One.\n\nTwo.\n"])
    const other = run([received(), text("u1", "One.\n\nTwo.\n"), turnEnded({ text: "One. Three." })])
    assert.deepStrictEqual(says(other), ["One.\n\nTwo.\n", "One. Three."])
  })

  it("is said once, at the end, where streaming is off", () => {
    const inputs = [received(), text("u1", "First."), text("u2", "Last."), turnEnded({ text: "Last." })]
    assert.deepStrictEqual(says(run(inputs, { streaming: false })), ["Last."])
  })

  it("that only the end of the turn holds is said then", () => {
    assert.deepStrictEqual(says(run([received(), turnEnded({ text: "All of it." })])), ["All of it."])
  })

  it("without a word is a sentence, never silence", () => {
    assert.deepStrictEqual(says(run([received(), turnEnded()])), [Sentence.emptyAnswer])
    assert.deepStrictEqual(says(run([received(), text("u1", "Done."), turnEnded()])), ["Done."])
  })

  it("shows each piece as it is written, and voids the pieces when the whole text comes", () => {
    const played = run([received(), delta("Hel"), delta("lo", 3), text("u1", "Hello")])
    assert.deepStrictEqual(tags(played), ["Received", "Frame", "Frame", "FrameDone", "Journal", "Say"])
  })

  it("tells of tools with their names and how long they took", () => {
    const played = run([
      received(),
      agent({ _tag: "ToolStarted", uuid: "u1", toolUseId: "t1", name: "Bash", input: { command: "ls" } }),
      agent({ _tag: "ToolEnded", uuid: "u2", toolUseId: "t1", isError: true, output: "no\nsuch file" })
    ])
    const [started, ended] = only("Journal", played).map(({ data }) => data)
    assert.deepInclude(started, { name: "Bash", state: "started", input_summary: '{"command":"ls"}' })
    assert.deepInclude(ended, { name: "Bash", state: "failed", output_summary: "no such file", duration_ms: 10 })
    assert.deepInclude(started, { input: { command: "ls" } })
    assert.deepInclude(ended, { output: "no\nsuch file" })
  })

  it("names its last whole text, where a thread may fork", () => {
    const played = run([received(), text("u1", "First."), text("u2", "Last.")])
    assert.strictEqual(played.at(-1)?.after.lastUuid, "u2")
  })
})

describe("a turn that is not ours", () => {
  const foreign = [text("u1", "I woke up."), text("u2", "Hello?")]

  it("is noted and interrupted once, never said", () => {
    const played = run(foreign)
    assert.deepStrictEqual(tags(played), ["Journal", "Interrupt"])
    assert.isTrue(played.at(-1)?.after.unasked)
  })

  it("ends without ending the run", () => {
    const played = run([...foreign, turnEnded({ outcome: "interrupted", costUsd: 1 }), received(), text("u3", "Yes.")])
    assert.deepStrictEqual(says(played), ["Yes."])
    assert.strictEqual(played.at(-1)?.after.costUsd, 0)
  })

  it("gets no answer to what it asks", () => {
    const played = run([...foreign, requested("r1", permission), requested("r2", Inputs.toolCall)])
    assert.deepStrictEqual(tags(played), ["Journal", "Interrupt"])
  })
})

describe("requests", () => {
  it("for a person pause the run until the last one is settled", () => {
    const asked = [received(), requested("r1", permission), requested("r2", permission)]
    const played = run([...asked, settled("r1"), settled("r2")])
    assert.deepStrictEqual(tags(played), ["Received", "Ask", "Pause", "Ask", "Resume"])
  })

  it("that the agent takes back are withdrawn", () => {
    const played = run([
      received(),
      requested("r1", permission),
      agent({ _tag: "RequestCancelled", requestId: "r1" }),
      agent({ _tag: "RequestCancelled", requestId: "r1" })
    ])
    assert.deepStrictEqual(tags(played), ["Received", "Ask", "Pause", "Withdraw", "Resume"])
  })

  it("are asked nobody once the run is being stopped", () => {
    const played = run([received(), stop(), requested("r1", permission)])
    assert.notInclude(tags(played), "Ask")
  })

  it("of its own tools are served at any time, also before the prompt was read", () => {
    assert.deepStrictEqual(tags(run([requested("r1", Inputs.toolCall)])), ["Serve"])
  })
})

describe("a message written into the turn", () => {
  it("belongs to the run when the turn has read it", () => {
    const played = run([received(), steered("s1"), received("s1"), received("s1")])
    assert.deepStrictEqual(only("Absorb", played), [{ _tag: "Absorb", messageId: "message-s1" }])
  })

  it("that the turn ended without stays for the next run", () => {
    const played = run([received(), steered("s1"), turnEnded({ text: "Done." })])
    assert.deepStrictEqual(Object.keys(played.at(-1)?.after.steered ?? {}), ["s1"])
  })
})

describe("a stop", () => {
  const background = agent({ _tag: "BackgroundStarted", taskId: "b1", description: "a server" })

  it("interrupts the turn and its background tasks, waits, then verifies", () => {
    const played = run([received(), background, stop(), turnEnded({ outcome: "interrupted" }), verified])
    assert.deepStrictEqual(tags(played), ["Received", "Interrupt", "Arm", "Verify", "FrameDone", "Say", "End"])
    assert.deepStrictEqual(only("Interrupt", played)[0]?.tasks, ["b1"])
    assert.deepStrictEqual(says(played), [Sentence.stopped("stopped", 0)])
  })

  it("becomes a SIGINT, then a SIGKILL, when nothing happens", () => {
    const played = run([received(), stop(), Inputs.escalate, Inputs.escalate, Inputs.escalate])
    assert.deepStrictEqual(tags(played), ["Received", "Interrupt", "Arm", "Signal", "Arm", "Kill"])
  })

  it("takes two seconds at most", () => {
    const waits = only("Arm", run([stop(), Inputs.escalate, Inputs.escalate])).map(({ afterMs }) => afterMs)
    assert.isBelow(
      waits.reduce((sum, ms) => sum + ms, 0),
      2000
    )
  })

  it("of the time limit ends the run as timed out and says the limit", () => {
    const played = run([received(), stop("timed_out"), verified], { timeLimitSec: 600 })
    assert.strictEqual(endOf(played)?.status, "timed_out")
    assert.include(says(played)[0], "10 minutes")
  })

  it("is answered by the end of the process, too", () => {
    assert.strictEqual(endOf(run([received(), stop(), exited()]))?.status, "stopped")
  })

  it("asked for twice keeps its first reason", () => {
    assert.deepStrictEqual(says(run([received(), stop("interrupted"), stop("stopped"), verified])), [
      Sentence.stopped("interrupted", 0)
    ])
  })

  it("that the engine made by itself ends the run as stopped", () => {
    assert.strictEqual(endOf(run([received(), turnEnded({ outcome: "interrupted" })]))?.status, "stopped")
  })
})

describe("a turn that fails", () => {
  it("ends with what happened and the next step, after what was being written", () => {
    const played = run([received(), delta("Half a sen"), failed(failure("api", 401))])
    assert.strictEqual(endOf(played)?.status, "failed")
    assert.deepStrictEqual(says(played), ["Half a sen", Sentence.failure(failure("api", 401), false)])
    assert.strictEqual(endOf(played)?.reason, says(played)[1])
  })

  it("before the prompt was read is the engine's refusal to begin", () => {
    assert.strictEqual(endOf(run([failed(failure("api", 404))]))?.status, "failed")
  })

  it("for want of its session begins anew, once", () => {
    const [restart] = only("Restart", run([failed(failure("session_missing"))]))
    assert.strictEqual(restart?.how, "fresh")
    const again = run([failed(failure("session_missing"))], { freshTried: true })
    assert.deepStrictEqual(says(again), [Sentence.failure(failure("session_missing"), false)])
  })

  it("because the conversation is too long compacts it and sends the prompt again, once", () => {
    const long = failed(failure("prompt_too_long", 400))
    const played = run([received(), long, turnEnded(), received(), long])
    assert.deepStrictEqual(tags(played).slice(1, 5), ["FrameDone", "Say", "Compact", "SendAgain"])
    assert.deepStrictEqual(says(played), [Sentence.compacting, Sentence.failure(failure("prompt_too_long"), false)])
    assert.strictEqual(endOf(played)?.status, "failed")
  })

  it("while it is compacted says that, and nothing of the compaction is said", () => {
    const long = failed(failure("prompt_too_long", 400))
    const played = run([received(), long, text("u1", "A summary."), failed(failure("api", 500))])
    assert.deepStrictEqual(says(played), [Sentence.compacting, Sentence.failure(failure("api", 500), true)])
  })
})

describe("a process that ends", () => {
  it("in the middle of the work begins another attempt with its last words", () => {
    const [restart] = only("Restart", run([received(), exited({ code: 137, stderr: "Killed" })]))
    assert.deepStrictEqual(restart, { _tag: "Restart", how: "again", detail: Sentence.exit(137, "Killed") })
  })

  it("because its session is gone begins anew in a fresh one, once", () => {
    const gone = exited({ failure: failure("session_missing") })
    assert.strictEqual(only("Restart", run([gone]))[0]?.how, "fresh")
    assert.strictEqual(endOf(run([gone], { freshTried: true }))?.status, "failed")
  })

  it("because the API refused it fails without another try, and says why", () => {
    const refused = failure("api", 401)
    const reason = Sentence.failure(refused, false)
    const played = run([exited({ failure: refused })])
    assert.deepStrictEqual(endOf(played), { _tag: "End", status: "failed", reason, result: null })
    assert.deepStrictEqual(says(played), [reason])
  })
})

describe("notes", () => {
  const servers = (status: string) =>
    agent({
      _tag: "TurnStarted",
      sessionId: Inputs.session,
      model: "",
      commands: [],
      mcpServers: [{ name: "search", status }]
    })

  it("say once that an MCP server did not start, and only of a process that is new", () => {
    assert.deepStrictEqual(says(run([servers("failed"), servers("failed")])), [Sentence.mcpServerFailed("search")])
    assert.deepStrictEqual(says(run([servers("connected")])), [])
    assert.deepStrictEqual(says(run([servers("failed")], { cold: false })), [])
  })

  it("keep the commands that a new process has, once", () => {
    const { session: sessionId } = Inputs
    const started = agent({ _tag: "TurnStarted", sessionId, model: "", commands: ["compact"], mcpServers: [] })
    assert.deepStrictEqual(only("Offer", run([started, started])), [{ _tag: "Offer", commands: ["compact"] }])
    assert.deepStrictEqual(only("Offer", run([started], { cold: false })), [])
  })

  it("journal the retries of a model call", () => {
    const retry = { attempt: 2, maxRetries: 10, delayMs: 500, status: 529, detail: "Overloaded" }
    const [noted] = only("Journal", run([agent({ _tag: "Retry", ...retry })]))
    assert.deepInclude(noted?.data, { attempt: 2, max_retries: 10, delay_ms: 500, status: 529 })
  })
})
