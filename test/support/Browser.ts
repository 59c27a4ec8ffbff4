/** A real browser, one for a block of tests; a machine without one fails. */
import { Context, Effect, Layer } from "effect"
import { type Browser as Chromium, type BrowserContext, chromium, type Page } from "playwright-core"

const executablePath = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium"
const quiet = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync"
]

export class Browser extends Context.Service<Browser, Chromium>()("loop/test/Browser") {
  static readonly layer = Layer.effect(
    Browser,
    Effect.acquireRelease(
      Effect.promise(() => chromium.launch({ executablePath, args: quiet })),
      (browser) => Effect.promise(() => browser.close())
    )
  )
}

/** A page with cookies of its own. What goes wrong in it fails the test through `failures`. */
export interface Opened {
  readonly page: Page
  readonly context: BrowserContext
  readonly failures: ReadonlyArray<string>
}

export const open = Effect.fnUntraced(function* (
  url: string,
  options: { readonly width?: number; readonly height?: number; readonly dark?: boolean; readonly zone?: string } = {}
) {
  const browser = yield* Browser
  const context = yield* Effect.acquireRelease(
    Effect.promise(() =>
      browser.newContext({
        viewport: { width: options.width ?? 1100, height: options.height ?? 760 },
        colorScheme: options.dark === true ? "dark" : "light",
        ...(options.zone !== undefined && { timezoneId: options.zone })
      })
    ),
    (opened) =>
      Effect.promise(async () => {
        // What a test has put between the page and the server may be at work when the test is over.
        for (const page of opened.pages()) await page.unrouteAll({ behavior: "ignoreErrors" })
        await opened.close()
      })
  )
  const page = yield* Effect.promise(() => context.newPage())
  page.setDefaultTimeout(30_000)
  const failures: Array<string> = []
  page.on("pageerror", (error) => failures.push(String(error)))
  page.on("console", (message) => message.type() === "error" && failures.push(message.text()))
  yield* Effect.promise(() => page.goto(url))
  const opened: Opened = { page, context, failures }
  return opened
})
