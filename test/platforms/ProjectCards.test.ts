/** The buttons of the card about a project's file: who sees what, and who decides. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as ButtonIds from "../../src/domain/chat/ButtonIds.ts"
import { type AskId, pathSegment } from "../../src/domain/Ids.ts"
import * as Words from "../../src/domain/project/Words.ts"
import type { Person, Place } from "../../src/services/ChatPlatform.ts"
import { Channels } from "../../src/services/Channels.ts"
import { answerOf, commandHouse } from "../support/Commanding.ts"
import * as House from "../support/House.ts"
import { Outside } from "../support/Outside.ts"
import { ada, bob, eve, general, says } from "../support/People.ts"

const click = (where: Place, act: ButtonIds.ProjectAct, ask: AskId, person: Person) =>
  Effect.flatMap(Outside, ({ chat }) =>
    answerOf(Effect.map(chat.click(where, ButtonIds.project(act, ask), { person }), ({ answers }) => answers))
  )

const ask = SqlClient.SqlClient.use((sql) =>
  Effect.map(
    sql<{ ask_id: AskId }>`SELECT ask_id FROM project_asks ORDER BY asked_at DESC`,
    ([row]) => row?.ask_id ?? assert.fail("nobody was asked")
  )
)

/** A turn in a channel whose project reaches for this. */
const reaching = Effect.fnUntraced(function* (text: string) {
  const { projects } = yield* Outside
  const here = yield* general
  projects.set(`/home/test/.loop/channels/${pathSegment(here.channel_id)}/work`, text)
  yield* says(here, "!loop work")
  yield* House.ended(here)
  return { here, projects }
})

const approved = ({ channel_id }: Place) =>
  Effect.map(
    Channels.use((channels) => channels.get(channel_id)),
    (channel) => channel.approved_project !== null
  )

describe("The card about a project's file", () => {
  it.effect("shows owners what is asked for, lets them approve it, and lets nobody else do either", () =>
    commandHouse(
      Effect.gen(function* () {
        const { here } = yield* reaching(`{ mounts: ["/srv/data:/data"] }`)
        const card = yield* ask
        for (const person of [bob, eve]) {
          for (const act of ["show", "approve", "decline"] as const) {
            const answer = yield* click(here, act, card, person)
            assert.match(answer.text, /^⛔/)
            assert.notInclude(answer.text, "/srv/data")
          }
        }
        assert.isFalse(yield* approved(here))
        const shown = yield* click(here, "show", card, ada)
        assert.isTrue(shown.private)
        assert.include(shown.text, '+     "/srv/data:/data"')
        assert.strictEqual((yield* click(here, "approve", card, ada)).text, Words.approved)
        assert.isTrue(yield* approved(here))
        assert.strictEqual((yield* click(here, "approve", card, ada)).text, Words.already)
      })
    )
  )

  it.effect("approves nothing when the file has changed since, and shows a long difference as a file", () =>
    commandHouse(
      Effect.gen(function* () {
        const many = Array.from({ length: 200 }, (_, n) => `"/srv/data/${n}:/data/${n}"`).join()
        const { here, projects } = yield* reaching(`{ mounts: [${many}] }`)
        const card = yield* ask
        const shown = yield* click(here, "show", card, ada)
        const [file] = shown.files
        assert.strictEqual(file?.name, "project-config.diff")
        assert.include(new TextDecoder().decode(file?.data), '+     "/srv/data/199:/data/199"')
        for (const dir of projects.keys()) projects.set(dir, `{ mounts: ["/srv/keys:/data"] }`)
        assert.strictEqual((yield* click(here, "approve", card, ada)).text, Words.changed)
        assert.isFalse(yield* approved(here))
        for (const dir of projects.keys()) projects.set(dir, `{ claude_model: "opus" }`)
        assert.strictEqual((yield* click(here, "approve", card, ada)).text, Words.nothingWaits)
      })
    )
  )
})
