import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { AskId, ChannelId } from "../../src/domain/Ids.ts"
import { Server } from "../../src/http/Server.ts"
import { Channels } from "../../src/services/Channels.ts"
import { EgressAsks } from "../../src/services/EgressAsks.ts"
import { Messages } from "../../src/services/Messages.ts"
import { Runs } from "../../src/services/Runs.ts"
import * as ApiLayer from "../support/Api.ts"
import { Browser, open } from "../support/Browser.ts"
import { hostile } from "../support/hostile.ts"
import { begin } from "../support/PlayedAgent.ts"
import { askFor, firstQueued, wait } from "../support/Room.ts"

const makeChannel = Effect.fnUntraced(function* (name: string, platform: "local" | "discord" = "local") {
  const id = ChannelId.make(`${platform}:${name}`)
  yield* Channels.use((channels) => channels.upsert({ channel_id: id, platform, name }))
  return id
})

const visit = Effect.fnUntraced(function* (path: string) {
  const { loginLink, url } = yield* Server
  const opened = yield* open(yield* loginLink)
  yield* wait(() => opened.page.goto(url + path))
  yield* wait(() => opened.page.locator("#title").waitFor())
  return opened
})

layer(Layer.merge(ApiLayer.layer(), Browser.layer), { excludeTestServices: true })("the page of runs", (it) => {
  it.effect("shows what begins on any platform, what it does and for how long, stops it, and then lists it", () =>
    Effect.gen(function* () {
      const [here, there] = [yield* makeChannel("alpha"), yield* makeChannel("beta", "discord")]
      const { failures, page } = yield* visit("/runs")
      yield* wait(() => page.getByText("Nothing is at work at the moment.").waitFor())
      yield* wait(() => page.getByText("Nothing has run yet").waitFor())
      yield* begin("live-here", here)
      const away = yield* begin("live-there", there)
      const line = page.locator(".now-run[data-run=live-there]")
      yield* wait(() => line.getByText("discord").waitFor())
      yield* away.tell("run.tool", { tool_use_id: "t", name: "mcp__loop__tasks", state: "started" })
      yield* wait(() => line.getByText("loop: tasks").waitFor())
      yield* wait(() => line.getByRole("button", { name: "Stop the run in beta" }).click())
      const ended = Effect.map(
        Runs.use((runs) => runs.get(away.run.run_id)),
        ({ status }) => status
      )
      // The agent is played: that it has ended is told by it.
      yield* Effect.repeat(ended, { until: (status) => status === "stopped" })
      yield* away.end("stopped")
      yield* wait(() => line.waitFor({ state: "detached" }))
      yield* wait(() => page.getByRole("row", { name: /beta stopped/ }).waitFor())
      assert.strictEqual(yield* wait(() => page.locator(".now-run").count()), 1)
      assert.strictEqual((yield* Runs.use((runs) => runs.live(here)))?.status, "running")
      assert.deepStrictEqual(failures, [])
    })
  )

  it.effect("is filtered by channel, end and task, keeps that in its address, and goes back page by page", () =>
    Effect.gen(function* () {
      const [one, two] = [yield* makeChannel("one"), yield* makeChannel("two")]
      for (let n = 0; n < 52; n++) yield* (yield* begin(`one-${n}`, one)).end("completed")
      yield* (yield* begin("two-failed", two)).end("failed")
      yield* (yield* begin("two-stopped", two)).end("stopped")
      const ofTask = yield* begin("two-task", two)
      yield* ofTask.end("completed")
      yield* Runs.use((runs) => runs.patch(ofTask.run.run_id, { trigger: "task", task_id: 7 }))
      const { page } = yield* visit("/runs")
      const rows = page.locator("tbody tr")
      const counts = (count: number) => wait(() => page.locator(`tbody tr:nth-child(${count}):last-child`).waitFor())
      yield* counts(50)
      yield* wait(() => page.getByLabel("Channel", { exact: true }).selectOption({ label: "two" }))
      yield* counts(3)
      yield* wait(() => page.getByLabel("Ended as").selectOption({ label: "failed" }))
      yield* counts(1)
      assert.include(page.url(), "status=failed")
      yield* wait(() => page.reload())
      yield* counts(1)
      assert.include(yield* wait(() => rows.first().innerText()), "failed")
      yield* wait(() => page.getByLabel("Ended as").selectOption({ label: "stopped" }))
      yield* wait(() => page.getByRole("row", { name: /two stopped/ }).waitFor())
      yield* wait(() => page.getByLabel("Ended as").selectOption({ label: "out of time" }))
      yield* wait(() => page.getByText("No such run").waitFor())
      yield* wait(() => page.goto(page.url().replace(/\?.*/, "?task=7")))
      yield* counts(1)
      yield* wait(() => page.getByRole("button", { name: "Clear" }).click())
      yield* wait(() => page.getByLabel("Channel", { exact: true }).selectOption({ label: "one" }))
      yield* counts(50)
      yield* wait(() => page.getByRole("button", { name: "Earlier runs" }).click())
      yield* counts(52)
      assert.strictEqual(yield* wait(() => page.getByRole("button", { name: "Earlier runs" }).count()), 0)
    })
  )
})

layer(Layer.merge(ApiLayer.layer(), Browser.layer), { excludeTestServices: true })("the page of a run", (it) => {
  it.effect("is followed live: what was asked, done and said, when each tool ran, where its box went", () =>
    Effect.gen(function* () {
      const api = yield* ApiLayer.Api
      const channel = yield* makeChannel("shop")
      yield* api.call("POST", `/api/channels/${channel}/messages`, { content: "Why is the cart wrong?" })
      const run = yield* begin("followed", channel, yield* firstQueued(channel))
      yield* run.tell("run.tool", {
        tool_use_id: "t1",
        name: "Grep",
        state: "started",
        input: { pattern: "round" },
        input_summary: "{}"
      })
      const { failures, page } = yield* visit("/runs/followed")
      yield* wait(() => page.getByText("Why is the cart wrong?").waitFor())
      yield* wait(() => page.locator(".bar-of-tool[data-state=started]").waitFor())
      yield* run.tell("run.tool", { tool_use_id: "t1", name: "", state: "failed", output: "no", duration_ms: 1500 })
      yield* wait(() => page.locator(".bar-of-tool[data-state=failed]").waitFor())
      yield* run.tell("run.egress", { host: "npmjs.org", port: 443, decision: "allowed" })
      yield* run.tell("run.egress", { host: "evil.example", port: 443, decision: "refused", reason: "not_listed" })
      yield* run.tell("run.egress", { host: "npmjs.org", port: 443, decision: "allowed", times: 3, bytes: 4096 })
      yield* wait(() => page.getByRole("row", { name: /npmjs.org:443 allowed .* 3 4 KB/ }).waitFor())
      yield* wait(() => page.getByRole("row", { name: /evil.example:443 refused it is not on/ }).waitFor())
      const second = { tool_use_id: "t2", name: "Read", state: "succeeded", input_summary: "{}", duration_ms: 5 }
      yield* run.tell("run.tool", second)
      const bar = page.locator(".tools-lane", { hasText: "Read" }).locator("rect")
      assert.isAbove(Number.parseFloat((yield* wait(() => bar.getAttribute("x"))) ?? ""), 0)
      yield* run.say("It **rounds** twice.")
      yield* wait(() => page.locator(".said-by.bot strong", { hasText: "rounds" }).waitFor())
      yield* wait(() => page.getByRole("button", { name: "Stop this run" }).waitFor())
      yield* Runs.use((runs) =>
        runs.patch(run.run.run_id, {
          cost_usd: 0.42,
          usage: { input_tokens: 1000, output_tokens: 500, cache_read_tokens: 9000, cache_write_tokens: 0 }
        })
      )
      yield* run.end("completed")
      yield* wait(() => page.getByText("$0.42").waitFor())
      yield* wait(() => page.getByText("10.5K").waitFor())
      yield* wait(() => page.getByRole("button", { name: "Stop this run" }).waitFor({ state: "detached" }))
      yield* wait(() => page.getByText("As a table").click())
      yield* wait(() => page.getByRole("row", { name: /Grep round failed 1.5 s/ }).waitFor())
      const live = yield* wait(() =>
        page.locator(".run-transcript > *").evaluateAll((all) => all.map((e) => e.className))
      )
      yield* wait(() => page.reload())
      yield* wait(() => page.locator(".said-by.bot").waitFor())
      const read = yield* wait(() =>
        page.locator(".run-transcript > *").evaluateAll((all) => all.map((e) => e.className))
      )
      assert.deepStrictEqual(read, ["said-by person", "plain steps", "said-by bot"])
      assert.deepStrictEqual(live, read)
      yield* askFor(run.run, "followed-asks", { _tag: "Plan", toolUseId: "p", plan: "1. Look", input: {} })
      const asking = page.locator(".tools-lane", { hasText: "Waiting for a person" }).locator("rect")
      yield* wait(() => asking.waitFor({ state: "attached" }))
      assert.deepStrictEqual(failures, [])
    })
  )

  it.effect("lets a host through for the channel that the run was refused, also after its sums were told", () =>
    Effect.gen(function* () {
      const channel = yield* makeChannel("asking")
      const { run, tell } = yield* begin("refused", channel)
      const place = { host: "docs.example", port: 443 }
      const ask_id = AskId.make("ask-docs")
      yield* EgressAsks.use((asks) =>
        asks.ask({ ask_id, channel_id: channel, run_id: run.run_id, ...place, asked_at: run.started_at })
      )
      yield* tell("run.egress", { ...place, decision: "refused", reason: "not_listed" })
      yield* tell("run.egress", { ...place, ask_id, decision: "asked" })
      yield* tell("run.egress", { ...place, decision: "refused", reason: "not_listed", times: 4, bytes: 0 })
      const { failures, page } = yield* visit("/runs/refused")
      yield* wait(() =>
        page.getByRole("row", { name: /docs.example:443 refused, asked for it is not on .* 4/ }).waitFor()
      )
      yield* wait(() => page.getByRole("button", { name: "Allow for this channel" }).click())
      yield* wait(() => page.getByRole("row", { name: /docs.example:443 let through/ }).waitFor())
      yield* wait(() => page.getByRole("button", { name: "Allow for this channel" }).waitFor({ state: "detached" }))
      const { settings } = yield* Channels.use((channels) => channels.get(channel))
      assert.deepStrictEqual(settings.network?.allow, ["docs.example"])
      assert.deepStrictEqual(failures, [])
    })
  )

  it.effect("takes hostile texts of agents and people for what they are", () =>
    Effect.gen(function* () {
      const channel = yield* makeChannel("hostile")
      yield* Channels.use((all) =>
        all.upsert({ channel_id: channel, platform: "local", name: hostile[0] ?? "", parent_id: channel })
      )
      const run = yield* begin("hostile", channel)
      for (const [n, text] of hostile.entries()) {
        const id = `t${n}`
        yield* run.tell("run.tool", { tool_use_id: id, name: text, state: "started", input: { command: text } })
        yield* run.tell("run.tool", { tool_use_id: id, name: "", state: "failed", output: text, duration_ms: n })
        yield* run.tell("run.egress", { host: text, port: n, decision: "refused", reason: text })
        yield* run.say(text, `k${n}`)
      }
      yield* run.end("failed")
      yield* Runs.use((runs) => runs.patch(run.run.run_id, { reason: hostile.join("\n"), result: hostile.join("\n") }))
      yield* Messages.use((all) => all.ofRun(run.run.run_id))
      const { page } = yield* visit("/runs/hostile")
      yield* wait(() =>
        page
          .locator(".run-transcript .said-by")
          .nth(hostile.length - 1)
          .waitFor()
      )
      yield* wait(() => page.evaluate('for (const each of document.querySelectorAll("details")) each.open = true'))
      yield* wait(() => page.locator(".run-raw").first().waitFor())
      yield* wait(() =>
        page
          .locator(".tool-detail")
          .nth(hostile.length - 1)
          .waitFor()
      )
      const bad =
        "[typeof pwned, document.querySelectorAll('#root :is(script,iframe,object,embed,style,link,base,meta,form,video,audio)').length," +
        "[...document.querySelectorAll('#root a[href]')].filter((a) => /^(javascript|data|vbscript|file|blob):/i.test(a.href)).length," +
        "[...document.querySelectorAll('#root img')].filter((i) => new URL(i.src).origin !== location.origin).length]"
      assert.deepStrictEqual(yield* wait(() => page.evaluate(bad)), ["undefined", 0, 0, 0])
      yield* wait(() => page.goto(new URL("/runs", page.url()).href))
      yield* wait(() => page.locator("tbody tr").first().waitFor())
      assert.deepStrictEqual(yield* wait(() => page.evaluate(bad)), ["undefined", 0, 0, 0])
    })
  )
})
