/**
 * The real agent in its real box does what a hostile one would, beside another channel's agent at work. Ways out have a
 * table of their own (`test/layers/egress/redteam.test.ts`). A trick that succeeds is in the list that should be empty.
 */
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import * as Program from "../support/Program.ts"
import * as RedTeam from "../support/RedTeam.ts"
import { key } from "./redteam/key.ts"
import { lure, sideways } from "./redteam/sideways.ts"
import { up } from "./redteam/up.ts"

class Victim extends Context.Service<Victim, Effect.Success<ReturnType<typeof RedTeam.victim>>>()(
  "loop/test/RedTeam/Victim"
) {}

const ways = [
  ["gets to no key", key],
  ["gets up to nothing", up],
  ["gets sideways to no other channel", sideways]
] as const

for (const sandbox of ["docker", "bubblewrap"]) {
  const world = Layer.effect(Victim, RedTeam.victim(lure)).pipe(Layer.provideMerge(Program.layer({ sandbox })))
  layer(world, { timeout: "3 minutes", excludeTestServices: true })(`A hostile agent under ${sandbox}`, (it) => {
    for (const [title, raid] of ways) {
      it.effect(title, () =>
        Effect.gen(function* () {
          const { got, teeth, tried } = yield* RedTeam.raid(raid, yield* Victim)
          assert.deepStrictEqual(got, [])
          const [tricks, bites] = [Object.keys(raid.tricks).length, Object.keys(raid.teeth).length]
          assert.deepStrictEqual({ tried, teeth }, { tried: tricks + bites, teeth: bites })
          const { api } = yield* Program.Program
          const asked = api.requests.map((request) => request.path)
          assert.deepStrictEqual(
            [...new Set(asked)].filter((path) => !path.startsWith("/v1/messages")),
            []
          )
        })
      )
    }
  })
}
