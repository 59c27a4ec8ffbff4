/** The page in a real browser: what it weighs, how soon it can be used, long channels, and text that comes fast. */
import { Effect, Layer } from "effect"
import type { Page } from "playwright-core"
import { ChannelId } from "../src/domain/Ids.ts"
import { Server } from "../src/http/Server.ts"
import { Channels } from "../src/services/Channels.ts"
import { Messages } from "../src/services/Messages.ts"
import * as ApiLayer from "../test/support/Api.ts"
import { Browser, open } from "../test/support/Browser.ts"
import { begin } from "../test/support/PlayedAgent.ts"
import { type Figure, median } from "./figure.ts"
import { report } from "./support.ts"

const messages = 5000
const deltasPerSecond = 200
const deltaSeconds = 10

const wait = <A>(act: () => Promise<A>) => Effect.promise(act)

const channel = Effect.fnUntraced(function* (name: string) {
  const id = ChannelId.make(`local:${name}`)
  yield* Channels.use((all) => all.upsert({ channel_id: id, platform: "local", name }))
  return id
})

const paragraph = (n: number) =>
  `Number ${n}: the **total** is computed in \`total.ts\`, see https://example.org/${n}.\n\n- one\n- two\n\n` +
  (n % 5 === 0 ? `\`\`\`ts\nexport const total = (n: number) => n + ${n}\n\`\`\`\n` : "")

const fill = Effect.fnUntraced(function* (id: ChannelId) {
  for (let n = 0; n < messages; n++) {
    yield* Messages.use((all) => all.say({ channel_id: id, run_id: null, key: `k${n}`, content: paragraph(n) }))
  }
})

/** Bytes of script that came over the wire, until now. */
const scripts = `performance.getEntriesByType("resource").filter(({ name }) => name.endsWith(".js")).reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)`

/** Milliseconds until a channel's newest message is drawn, from the click on its row. */
const opened = (name: string) => `new Promise((resolve) => {
  const begun = performance.now()
  const look = () => document.querySelector("#title")?.textContent === ${JSON.stringify(name)}
    && document.querySelector("article") ? requestAnimationFrame(() => resolve(performance.now() - begun)) : requestAnimationFrame(look)
  for (const row of document.querySelectorAll(".row-name")) if (row.textContent === ${JSON.stringify(name)}) row.closest("a").click()
  look()
})`

const toTheTop = `new Promise((resolve) => {
  const box = document.querySelector("#timeline")
  const step = () => {
    box.scrollTop = 0
    document.querySelectorAll("article").length >= ${messages} ? resolve() : setTimeout(step, 20)
  }
  step()
})`

/** Frames in a second while it is scrolled by a screen's half each frame, for five seconds, through everything. */
const scrolled = `new Promise((resolve) => {
  const box = document.querySelector("#timeline")
  let frames = 0
  let down = 400
  const begun = performance.now()
  const step = () => {
    frames++
    if (box.scrollTop + box.clientHeight >= box.scrollHeight - 5) down = -400
    box.scrollTop += down
    const past = performance.now() - begun
    past > 5000 ? resolve(frames / past * 1000) : requestAnimationFrame(step)
  }
  requestAnimationFrame(step)
})`

const watchTasks = `window.tasks = []; new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: "longtask", buffered: false })`

const evaluate = <A>(page: Page, code: string) => wait(() => page.evaluate(code) as Promise<A>)

/** From the navigation's start until one can type, with the last conversation drawn; a browser that has nothing kept. */
const usable = Effect.fnUntraced(function* (link: string, url: string) {
  const { page } = yield* open(link)
  yield* wait(() =>
    page
      .context()
      .newCDPSession(page)
      .then((session) => session.send("Network.clearBrowserCache"))
  )
  yield* wait(() => page.goto(url))
  yield* wait(() => page.locator("article.bot").first().waitFor())
  const ms = yield* evaluate<number>(page, `performance.getEntriesByName("usable")[0]?.startTime ?? performance.now()`)
  const bytes = yield* evaluate<number>(page, scripts)
  yield* wait(() => page.locator(".hljs-keyword").first().waitFor())
  return { ms, bytes, coloured: yield* evaluate<number>(page, scripts) }
})

const fast = Effect.gen(function* () {
  const { loginLink, url } = yield* Server
  const id = yield* channel("fast")
  const { page } = yield* open(yield* loginLink)
  yield* wait(() => page.goto(`${url}/c/${encodeURIComponent(id)}`))
  yield* wait(() => page.locator(".empty").waitFor())
  const { write } = yield* begin("run-fast", id)
  yield* write("Begin. ")
  yield* wait(() => page.locator("article.live").waitFor())
  yield* evaluate(page, watchTasks)
  const total = deltasPerSecond * deltaSeconds
  const text = Array.from({ length: total / 40 }, (_, n) => paragraph(n)).join("\n")
  const size = Math.ceil(text.length / total)
  for (let n = 0; n < total; n++) {
    yield* write(text.slice(n * size, (n + 1) * size))
    yield* Effect.sleep(1000 / deltasPerSecond)
  }
  yield* wait(() => page.locator("article.live", { hasText: `Number ${total / 40 - 1}` }).waitFor())
  const tasks = yield* evaluate<ReadonlyArray<number>>(page, "window.tasks")
  return Math.max(0, ...tasks)
})

const figures = Effect.gen(function* () {
  const { loginLink, url } = yield* Server
  const short = yield* channel("short")
  for (const n of [0, 5, 10]) {
    yield* Messages.use((all) => all.say({ channel_id: short, run_id: null, key: `s${n}`, content: paragraph(n) }))
  }
  const home = `${url}/c/${encodeURIComponent(short)}`
  const firsts: Array<Effect.Success<ReturnType<typeof usable>>> = []
  for (let n = 0; n < 5; n++) firsts.push(yield* Effect.scoped(usable(yield* loginLink, home)))

  const long = yield* channel("long")
  yield* fill(long)
  const { page } = yield* open(yield* loginLink)
  const opens: Array<number> = []
  for (let n = 0; n < 3; n++) {
    yield* wait(() => page.goto(home))
    yield* wait(() => page.locator("article.bot").first().waitFor())
    opens.push(yield* evaluate<number>(page, opened("long")))
  }
  yield* evaluate(page, toTheTop)
  const frames = yield* evaluate<number>(page, scrolled)
  const slowest = yield* fast
  const kilo = (bytes: number) => bytes / 1024
  const all: ReadonlyArray<Figure> = [
    {
      what: "script of the chat view",
      value: kilo(firsts[0]?.bytes ?? Number.NaN),
      unit: "KB",
      against: "brotli, over the wire",
      atMost: 250
    },
    {
      what: "the same with colours for code",
      value: kilo(firsts[0]?.coloured ?? Number.NaN),
      unit: "KB",
      against: "brotli, over the wire",
      atMost: 250
    },
    {
      what: "page usable, nothing kept",
      value: median(firsts.map(({ ms }) => ms)),
      unit: "ms",
      against: "median of 5",
      atMost: 1000
    },
    {
      what: "channel of 5,000 messages opens",
      value: median(opens),
      unit: "ms",
      against: "median of 3, click to drawn",
      atMost: 300
    },
    { what: "a frame while 5,000 messages are scrolled", value: 1000 / frames, unit: "ms", against: "5 s", atMost: 20 },
    {
      what: "longest task at 200 deltas a second",
      value: slowest,
      unit: "ms",
      against: "10 s; 0: none above 50",
      atMost: 50
    }
  ]
  return all
})

await report(figures.pipe(Effect.scoped, Effect.provide(Layer.merge(ApiLayer.layer(), Browser.layer))))
