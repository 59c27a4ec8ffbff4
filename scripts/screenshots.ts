/**
 * Pictures of the page for the README, in both themes, into `docs/images` (or the directory that is named). The real
 * server and the real page; what is said in it is played.
 */
import { Effect, Layer } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { Server } from "../src/http/Server.ts"
import * as ApiLayer from "../test/support/Api.ts"
import { Browser, open } from "../test/support/Browser.ts"
import { doctor } from "./screenshots/doctor.ts"
import { type Played, play } from "./screenshots/scene.ts"

const target = path.resolve(process.argv[2] ?? "docs/images")

interface Shot {
  readonly name: string
  readonly path: string
  /** What is there when it is ready. */
  readonly ready: string
  /** The channel that is chosen first. */
  readonly chosen?: string
  readonly width?: number
  readonly height?: number
}

const shotsOf = ({ asking, main, run, task }: Played): ReadonlyArray<Shot> => [
  { name: "chat", path: `/c/${main}`, ready: "article.live" },
  { name: "approval", path: `/c/${asking}`, ready: ".ask[data-status=pending]" },
  { name: "runs", path: "/runs", ready: "table" },
  { name: "run", path: `/runs/${run}`, ready: ".tools-figure", height: 1180 },
  { name: "tasks", path: "/tasks?view=week", ready: ".calendar-due a" },
  { name: "task", path: `/tasks/${task}`, ready: "table" },
  { name: "spend", path: "/spend", ready: ".bars" },
  { name: "setup", path: "/setup", ready: ".findings li" },
  { name: "hosts", path: "/setup/reach", ready: ".hosts li", chosen: "shop", height: 900 },
  { name: "phone", path: `/c/${main}`, ready: "article.live", width: 390, height: 844 }
]

const now = Date.now()
const options: ApiLayer.ApiOptions = {
  config: { timezone: "Europe/Berlin", budget: { per_day_usd: 10, per_month_usd: 200 } },
  health: {
    local: { state: "connected", last_event_at: now },
    discord: { state: "connected", last_event_at: now - 40_000 }
  },
  doctor
}

const program = Effect.gen(function* () {
  const { loginLink, url } = yield* Server
  const played = yield* play
  fs.mkdirSync(target, { recursive: true })
  for (const dark of [false, true]) {
    for (const { chosen, height = 820, name, path: to, ready, width = 1280 } of shotsOf(played)) {
      yield* Effect.scoped(
        Effect.gen(function* () {
          const { page } = yield* open(yield* loginLink, { width, height, dark, zone: "Europe/Berlin" })
          yield* Effect.promise(async () => {
            await page.goto(url + to)
            await page.locator(ready).first().waitFor()
            if (chosen !== undefined) await page.getByLabel("Channel", { exact: true }).selectOption({ label: chosen })
            await page.waitForTimeout(400)
            await page.screenshot({ path: path.join(target, `${name}-${dark ? "dark" : "light"}.png`) })
          })
        })
      )
    }
  }
})

await Effect.runPromise(
  program.pipe(Effect.scoped, Effect.provide(Layer.merge(ApiLayer.layer(options), Browser.layer)))
)
