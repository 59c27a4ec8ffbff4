/** Setting an installation up in a browser: tokens, people, projects, the configuration, what was done. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import { ApprovalId, ChannelId } from "../../src/domain/Ids.ts"
import { neededPermissions } from "../../src/domain/chat/Invite.ts"
import * as ImageBuild from "../../src/domain/ImageBuild.ts"
import { Server } from "../../src/http/Server.ts"
import { AgentImage } from "../../src/services/AgentImage.ts"
import type { Token } from "../../src/http/openapi.generated.ts"
import { Channels } from "../../src/services/Channels.ts"
import { PermissionRules } from "../../src/services/PermissionRules.ts"
import { Api } from "../support/Api.ts"
import * as ApiLayer from "../support/Api.ts"
import { hostDirectory } from "../support/Boxes.ts"
import { Browser, open } from "../support/Browser.ts"
import * as DiscordServer from "../support/discord/DiscordServer.ts"
import { Permission } from "../support/discord/world/Permissions.ts"
import { hostile } from "../support/hostile.ts"
import { wait } from "../support/Room.ts"

const rounds: ImageBuild.ImageBuild = [
  "Building loop-agent:latest on debian:trixie-slim",
  "Step 3/9 : RUN apt-get update",
  "Reading package lists..."
].reduce(ImageBuild.told, ImageBuild.begun("loop-agent:latest", 1_900_000_000_000))
let build = rounds
/** An engine that builds for minutes is tried in test/layers/sandbox; here is what is seen of it. */
const image = Layer.mock(AgentImage, { latest: Effect.sync(() => build) })

const problems = [{ key: "busy", message: 'Expected `queue` or `steer`, got "maybe"', line: 7 }]

const setup = Effect.fnUntraced(function* (part: string) {
  const { loginLink, url } = yield* Server
  const { failures, page } = yield* open(yield* loginLink)
  yield* wait(() => page.goto(`${url}/setup/${part}`))
  return { page, failures, url }
})

/** A bot that may not send files. */
const discord = Effect.gen(function* () {
  const botPermissions = neededPermissions & ~Permission.attachFiles
  const server = yield* DiscordServer.make({ everyonePermissions: 0n, botPermissions })
  return ApiLayer.layer({
    problems,
    image,
    health: {
      local: { state: "connected", last_event_at: null },
      discord: { state: "connected", last_event_at: null }
    },
    config: {
      busy: "steer",
      network: { mode: "allowlist", allow: ["bundle:docs"] },
      platforms: ["local", "discord"],
      discord_api_url: server.api,
      discord_token: server.token,
      discord_app_id: server.applicationId,
      discord_guild_id: server.guild.id
    }
  })
})

layer(Layer.merge(Layer.unwrap(discord), Browser.layer), {
  excludeTestServices: true
})("the setup", (it) => {
  it.effect("makes a token that works, shows it once, and takes it back", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const built = ChannelId.make("local:built")
      yield* Channels.use((all) => all.upsert({ channel_id: built, platform: "local", name: "built" }))
      const { failures, page, url } = yield* setup("tokens")
      const secret = yield* wait(async () => {
        await page.getByRole("button", { name: "New token" }).click()
        await page.getByLabel("Name").fill("build server")
        await page.getByLabel("It may").selectOption("write")
        await page.getByLabel("In", { exact: true }).selectOption("built")
        await page.getByLabel("It ends").selectOption("in a week")
        await page.getByRole("button", { name: "Make the token" }).click()
        const shown = await page.locator("dialog pre").innerText()
        await page.getByRole("button", { name: "I have it" }).click()
        await page.getByRole("cell", { name: "build server", exact: true }).waitFor()
        return shown.trim()
      })
      const asked = wait(() => fetch(`${url}/api/channels`, { headers: { authorization: `Bearer ${secret}` } }))
      assert.strictEqual((yield* asked).status, 200)
      assert.notInclude(yield* wait(() => page.content()), secret)
      const [made] = (yield* api.call("GET", "/api/tokens")).json as ReadonlyArray<Token>
      assert.deepStrictEqual(made?.scope, { channels: [built], access: "write" })
      const week = 7 * 86_400_000
      assert.closeTo(Date.parse(made?.expires_at ?? "") - Date.parse(made?.created_at ?? ""), week, 60_000)
      yield* wait(async () => {
        await page.getByRole("button", { name: "Revoke build server" }).click()
        await page.getByRole("button", { name: "Revoke", exact: true }).click()
        await page.getByText("No tokens yet").waitFor()
      })
      assert.strictEqual((yield* asked).status, 401)
      assert.deepStrictEqual(failures, [])
    })
  )

  it.effect("shows the image being built, step by step, and tests the bot on Discord", () =>
    Effect.gen(function* () {
      const { page } = yield* setup("overview")
      yield* wait(async () => {
        await page.getByText("Step 3 of 9: RUN apt-get update").waitFor()
        await page.getByRole("log").getByText("Reading package lists...").waitFor()
      })
      build = ImageBuild.ended(ImageBuild.told(build, "Successfully tagged"), "built", build.started_at + 61_000)
      yield* wait(async () => {
        await page.getByText("was built in 1 min 1 s").waitFor()
        await page.getByRole("button", { name: "Test the Discord bot" }).click()
        await page.getByText("Discord takes the token of").waitFor()
        await page.getByText("the bot lacks: Attach Files").waitFor()
      })
    })
  )

  it.effect("shows what a channel's agents may reach and do, adds a host, and takes hosts and rules back", () =>
    Effect.gen(function* () {
      const id = ChannelId.make("local:reach")
      yield* Channels.use((all) => all.upsert({ channel_id: id, platform: "local", name: "reach" }))
      yield* PermissionRules.use((rules) =>
        rules.add({
          rule_id: "aaaaaaaa",
          channel_id: id,
          rule: { tool: "Bash", kind: "command", value: "npm test" },
          approval_id: ApprovalId.make("a1"),
          made_at: 1,
          made_by: "Ada"
        })
      )
      const { failures, page } = yield* setup("reach")
      const stored = Effect.map(
        Channels.use((all) => all.get(id)),
        ({ settings }) => settings
      )
      yield* wait(async () => {
        await page.getByLabel("Channel", { exact: true }).selectOption({ label: "reach" })
        await page.getByText("bundle:standard").click()
        await page.getByText("registry.npmjs.org, ").waitFor()
        await page.getByRole("listitem").filter({ hasText: "bundle:docs" }).getByText("config.json").waitFor()
        await page.getByLabel("Let through").fill("*.")
        await page.getByRole("button", { name: "Add" }).click()
        await page.getByRole("alert").waitFor()
        await page.getByLabel("Let through").fill("docs.example.org")
        await page.getByRole("button", { name: "Add" }).click()
        await page.getByRole("button", { name: "Take docs.example.org from the list" }).waitFor()
        await page.getByLabel("Let through").fill("api.example.org")
        await page.getByRole("button", { name: "Add" }).click()
        await page.getByRole("button", { name: "Take api.example.org from the list" }).waitFor()
        await page.getByLabel(/a task’s or a webhook’s run asks for/).selectOption("ask")
        await page.getByText("Now: waits for a person").waitFor()
      })
      assert.deepInclude(yield* stored, { unattended_permissions: "ask" })
      assert.deepStrictEqual((yield* stored).network?.allow, ["docs.example.org", "api.example.org"])
      yield* wait(async () => {
        await page.getByLabel("Let through").fill("www.example.org")
        await page.getByRole("button", { name: "Add" }).click()
        await page.getByRole("button", { name: "Take www.example.org from the list" }).waitFor()
        // Both before the page has heard that the first one is gone.
        await page.evaluate(`for (const name of ["docs", "www"])
          document.querySelector('[aria-label="Take ' + name + '.example.org from the list"]').click()`)
        await page.getByText("docs.example.org").waitFor({ state: "detached" })
        await page.getByText("www.example.org").waitFor({ state: "detached" })
        await page.getByRole("button", { name: "Revoke Bash(npm test)" }).click()
        await page.getByText("Whoever answers an agent’s question").waitFor()
      })
      assert.deepStrictEqual((yield* stored).network?.allow, ["api.example.org"])
      assert.deepStrictEqual(yield* PermissionRules.use((rules) => rules.list([id])), [])
      assert.deepStrictEqual(
        failures.filter((failure) => !/status of 4(00|22)/.test(failure)),
        []
      )
    })
  )

  it.effect("gives a person a role in a channel, and takes it", () =>
    Effect.gen(function* () {
      const channel_id = ChannelId.make("discord:7")
      yield* Channels.use((all) => all.upsert({ channel_id, platform: "discord", name: "crew" }))
      const { page } = yield* setup("people")
      yield* wait(async () => {
        await page.getByLabel("Id", { exact: true }).fill("1234")
        await page.getByLabel("As", { exact: true }).selectOption("owner")
        await page.getByRole("button", { name: "Give it" }).click()
        await page.getByRole("button", { name: "Take the role of 1234" }).waitFor()
      })
      const grants = Effect.map(
        Channels.use((all) => all.get(channel_id)),
        ({ permissions }) => permissions.owners?.users
      )
      assert.deepStrictEqual(yield* grants, ["1234"])
      yield* wait(async () => {
        await page.getByRole("button", { name: "Take the role of 1234" }).click()
        await page.getByText("No channel has people of its own").waitFor()
      })
      assert.deepStrictEqual(yield* grants, [])
    })
  )

  it.effect("shows what a project's file asks for, and approves exactly that", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const directory = fs.realpathSync((yield* hostDirectory)(""))
      fs.mkdirSync(join(directory, ".loop"))
      fs.writeFileSync(join(directory, ".loop/config.json"), `{ mounts: ["/srv/data:/data:ro"] }`)
      yield* api.call("POST", "/api/channels", { dir_path: directory, platform: "local" })
      const { page } = yield* setup("projects")
      yield* wait(async () => {
        await page.getByText("/srv/data:/data:ro").first().waitFor()
        await page.getByRole("button", { name: "Approve exactly this" }).click()
        await page.locator(".badge", { hasText: "approved" }).waitFor()
      })
    })
  )

  it.effect("shows the configuration, with what is wrong in the file at its key", () =>
    Effect.gen(function* () {
      const { page } = yield* setup("configuration")
      const first = yield* wait(() => page.locator(".key").first().innerText())
      assert.match(first, /^busy/)
      assert.include(first, "steer")
      assert.include(first, 'got "maybe" (line 7)')
      yield* wait(() => page.getByLabel("Find a key").fill("claude_model"))
      yield* wait(() => page.locator(".key").nth(1).waitFor({ state: "detached" }))
      yield* wait(() => page.setViewportSize({ width: 390, height: 780 }))
      yield* wait(() => page.reload())
      yield* wait(() => page.locator(".key").first().waitFor())
      const { right } = yield* wait(() => page.locator(".parts .here").evaluate((tab) => tab.getBoundingClientRect()))
      assert.isAtMost(right, 390)
    })
  )

  it.effect("lets no name do anything, and shows what was done", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const scope = { channels: ["*"], access: "read" }
      for (const text of hostile) yield* api.call("POST", "/api/tokens", { name: text.slice(0, 100), scope })
      const { failures, page, url } = yield* setup("tokens")
      const innocent = wait(async () => {
        await page.locator("tbody tr").nth(50).waitFor()
        return page.evaluate(
          "[typeof pwned, document.querySelectorAll('tbody :is(img, script, iframe, svg[onload])').length]"
        )
      })
      assert.deepStrictEqual(yield* innocent, ["undefined", 0])
      yield* wait(() => page.goto(`${url}/setup/audit`))
      assert.deepStrictEqual(yield* innocent, ["undefined", 0])
      assert.include(yield* wait(() => page.locator("tbody").innerText()), "token.create")
      assert.deepStrictEqual(failures, [])
    })
  )
})
