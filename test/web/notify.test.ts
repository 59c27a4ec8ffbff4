import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as ApiLayer from "../support/Api.ts"
import { Browser } from "../support/Browser.ts"
import { begin } from "../support/PlayedAgent.ts"
import { askFor, openRoom, wait } from "../support/Room.ts"

const hide = (hidden: boolean) =>
  `Object.defineProperty(document, "visibilityState", { configurable: true, get: () => "${hidden ? "hidden" : "visible"}" })`

layer(Layer.merge(ApiLayer.layer(), Browser.layer), { excludeTestServices: true })("the page as an app", (it) => {
  it.effect("tells of answers and questions once somebody wants it and looks elsewhere, and keeps nothing", () =>
    Effect.gen(function* () {
      const room = yield* openRoom("bell")
      const { page } = room
      const shown = wait(() =>
        page.evaluate(`navigator.serviceWorker.ready.then((worker) => worker.getNotifications())
          .then((all) => all.map(({ title, body, data }) => [title, body, data]).sort())`)
      )
      const asks = yield* wait(() => page.evaluate("Notification.permission"))
      assert.notStrictEqual(asks, "granted")
      yield* wait(() => room.context.grantPermissions(["notifications"]))
      const run = yield* begin("run-bell", room.id)
      yield* wait(() => page.evaluate(hide(true)))
      yield* run.say("Nobody wanted to know.", "one")
      yield* room.sees("article.bot", "Nobody wanted to know.")
      yield* wait(() => page.getByRole("button", { name: "Notifications are off" }).click())
      yield* wait(() => page.getByRole("button", { name: "Notifications are on" }).waitFor())
      yield* wait(() => page.getByText("once all are closed, nothing can reach you").waitFor())
      yield* run.say("The tests pass.", "two")
      yield* askFor(run.run, "bell-ask", { _tag: "Plan", toolUseId: "p", plan: "1. Look", input: {} })
      const to = `/c/${encodeURIComponent(room.id)}`
      yield* wait(async () => {
        while (((await Effect.runPromise(shown)) as ReadonlyArray<unknown>).length < 2) await page.waitForTimeout(50)
      })
      assert.deepStrictEqual(yield* shown, [
        ["bell", "The agent waits for your answer.", to],
        ["bell", "The tests pass.", to]
      ])
      yield* wait(() => page.evaluate(hide(false)))
      yield* askFor(run.run, "bell-seen", { _tag: "Plan", toolUseId: "s", plan: "You see this", input: {} })
      yield* room.sees(".ask", "You see this")
      yield* wait(() => page.evaluate(hide(true)))
      yield* run.end("failed")
      yield* askFor(run.run, "bell-again", { _tag: "Plan", toolUseId: "q", plan: "2. Look", input: {} })
      yield* wait(async () => {
        while (((await Effect.runPromise(shown)) as ReadonlyArray<unknown>).length < 3) await page.waitForTimeout(50)
      })
      // Of a run the last is shown; what was seen on the page never was one.
      assert.deepStrictEqual(yield* shown, [
        ["bell", "The agent waits for your answer.", to],
        ["bell", "The agent waits for your answer.", to],
        ["bell", "The run failed.", to]
      ])
      assert.deepStrictEqual(yield* wait(() => page.evaluate("caches.keys()")), [])
      const stored = yield* wait(() =>
        page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])")
      )
      assert.notMatch(String(stored), /token|tests pass|session/i)
      const manifest = yield* wait(() =>
        page.evaluate(`fetch("/manifest.webmanifest").then((answer) => answer.json())`)
      )
      assert.deepInclude(manifest, { name: "Loop", display: "standalone", start_url: "/" })
      assert.deepStrictEqual(room.failures, [])
    })
  )
})
