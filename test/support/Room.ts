/** A channel in a browser: what the tests of the page begin with. */
import { Effect } from "effect"
import { Server } from "../../src/http/Server.ts"
import type { AgentRequest } from "../../src/domain/AgentEvent.ts"
import { ApprovalId, ChannelId, ProcessId } from "../../src/domain/Ids.ts"
import type { Run } from "../../src/domain/Run.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Messages } from "../../src/services/Messages.ts"
import { Requests } from "../../src/services/Requests.ts"
import { Api } from "./Api.ts"
import { open } from "./Browser.ts"

export const wait = <A>(act: () => Promise<A>) => Effect.promise(act)

/** A channel, shown in a browser of its own. */
export const openRoom = Effect.fnUntraced(function* (
  name: string,
  size: { width?: number; height?: number; zone?: string } = {}
) {
  const api = yield* Api
  const { loginLink, url } = yield* Server
  const id = ChannelId.make(`local:${name}`)
  yield* Channels.use((channels) => channels.upsert({ channel_id: id, platform: "local", name }))
  const opened = yield* open(yield* loginLink, size)
  yield* wait(() => opened.page.goto(`${url}/c/${encodeURIComponent(id)}`))
  yield* wait(() => opened.page.locator("#title", { hasText: name }).waitFor())
  yield* wait(() => opened.page.locator("#timeline:not([aria-busy])").waitFor())
  const { page } = opened
  return {
    ...opened,
    id,
    post: (content: string) => api.call("POST", `/api/channels/${id}/messages`, { content }),
    /** A message of somebody else, seen to wait. */
    later: (content: string) =>
      Effect.andThen(
        api.call("POST", `/api/channels/${id}/messages`, { content }),
        wait(() => page.locator("#queue li", { hasText: content }).waitFor())
      ),
    type: (text: string) =>
      wait(async () => {
        await page.getByLabel("Message", { exact: true }).fill(text)
        await page.keyboard.press("Enter")
      }),
    sees: (selector: string, hasText?: string) =>
      wait(() =>
        page
          .locator(selector, hasText === undefined ? {} : { hasText })
          .first()
          .waitFor()
      ),
    gone: (selector: string) => wait(() => page.locator(selector).first().waitFor({ state: "hidden" }))
  }
})

export const firstQueued = (id: ChannelId) =>
  Effect.map(
    Messages.use((messages) => messages.queued(id)),
    (queued) => queued.map(({ message_id }) => message_id).slice(0, 1)
  )

export const askFor = (run: Run, id: string, request: AgentRequest) =>
  Requests.use((requests) =>
    requests.ask({
      approval_id: ApprovalId.make(id),
      channel_id: run.channel_id,
      run_id: run.run_id,
      process_id: ProcessId.make("0123abcd"),
      request_id: id,
      request,
      created_at: run.started_at,
      expires_at: run.started_at + 900_000,
      cwd: "/work/site"
    })
  )
