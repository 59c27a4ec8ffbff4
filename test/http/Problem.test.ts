import { assert, describe, it } from "@effect/vitest"
import { problemResponse, toProblem, Problem } from "../../src/http/Problem.ts"
import { ChannelNotFound } from "../../src/services/Channels.ts"
import { Denied, Refused } from "../../src/services/Conversations.ts"
import { RunNotFound } from "../../src/services/Runs.ts"
import { StoreError } from "../../src/services/Store.ts"

const refused = (reason: Refused["reason"], field: string | null = null) =>
  new Refused({ reason, field, message: "It cannot be." })
const stored = (reason: StoreError["reason"]) => new StoreError({ operation: "x", reason, cause: "boom" })

describe("what went wrong, to the outside", () => {
  it.each([
    [new ChannelNotFound({ channel_id: "local:x" }), 404, "There is no channel local:x."],
    [new RunNotFound({ run_id: "r" }), 404, "There is no run r."],
    [new Denied({ action: "write", resource: "local:x" }), 403, "You may not write local:x."],
    [refused("invalid"), 400, "It cannot be."],
    [refused("not_found"), 404, "It cannot be."],
    [refused("conflict"), 409, "It cannot be."],
    [refused("impossible"), 422, "It cannot be."],
    [refused("unavailable"), 503, "It cannot be."],
    [refused("not_configured"), 501, "It cannot be."],
    [stored("disk_full"), 503, "The disk is full and nothing was stored. Free some space, then try again."],
    [stored("busy"), 503, "Another process holds the database and nothing was stored. Try again."],
    [stored("other"), 503, "The database failed and nothing was stored. See the server's log."]
  ] as const)("says %s as %i", (error, status, detail) => {
    const problem = toProblem(error)
    assert.strictEqual(problem.status, status)
    assert.strictEqual(problem.detail, detail)
  })

  it("names the field that was refused", () => {
    assert.deepStrictEqual(toProblem(refused("invalid", "name")).errors, [{ field: "name", message: "It cannot be." }])
  })

  it("tells a program that a full disk may be tried again", async () => {
    const response = problemResponse(toProblem(stored("disk_full")), "id-1")
    assert.strictEqual(response.headers.get("retry-after"), "5")
    const body = (await response.json()) as { readonly type: string; readonly request_id: string }
    assert.strictEqual(body.type, "urn:loop:problem:disk-full")
    assert.strictEqual(body.request_id, "id-1")
  })

  it("never tells what a cause says", async () => {
    const text = await problemResponse(toProblem(stored("other")), "id").text()
    assert.notInclude(text, "boom")
    assert.instanceOf(toProblem(stored("other")), Problem)
  })
})
