/** The ways out of one process's box: the model's socket, and those that its channel's policy opens. */
import { Clock, Effect } from "effect"
import { SecureRandom } from "effect/crypto"
import type { Channel, NetworkPolicy } from "../../domain/Channel.ts"
import * as Buttons from "../../domain/egress/Buttons.ts"
import { merged } from "../../domain/egress/Policy.ts"
import * as Words from "../../domain/egress/Words.ts"
import { boundIn } from "../../domain/secrets/Binding.ts"
import { AskId, type ProcessId, type RunId } from "../../domain/Ids.ts"
import { Budget } from "../../services/Budget.ts"
import { Audit } from "../../services/Audit.ts"
import { Channels } from "../../services/Channels.ts"
import { Egress, NotSigned, type EgressDecision, type EgressTerms } from "../../services/Egress.ts"
import { EgressAsks } from "../../services/EgressAsks.ts"
import { Journal } from "../../services/Journal.ts"
import { Messages } from "../../services/Messages.ts"
import { ModelRelay, type RelayLine } from "../../services/ModelRelay.ts"
import { Settings } from "../../services/Settings.ts"
import { Store } from "../../services/Store.ts"
import { sshKeysOf } from "../../domain/secrets/Offered.ts"
import * as Ledger from "./Ledger.ts"
import * as Signing from "./Signing.ts"

/** Cards that one process may cause in a run: more would be a flood. */
const mostCards = 10

const noRun = Effect.fail(new NotSigned({ detail: "No run is at work in this process" }))

const closed: NetworkPolicy = { mode: "none", allow: [], host_services: [] }

export const make = Effect.gen(function* () {
  const relay = yield* ModelRelay
  const budget = yield* Budget
  const egress = yield* Egress
  const settings = yield* Settings
  const channels = yield* Channels
  const asks = yield* EgressAsks
  const journal = yield* Journal
  const messages = yield* Messages
  const store = yield* Store
  const audit = yield* Audit
  const random = yield* SecureRandom.SecureRandom

  /** What holds in a channel now; nothing does where that cannot be told. */
  const terms = ({ channel_id }: Channel): Effect.Effect<EgressTerms> =>
    Effect.gen(function* () {
      const config = yield* settings.current
      const channel = yield* channels.get(channel_id)
      const root = yield* channels.root(channel)
      const own = channel.parent_id === null ? undefined : channel.settings.network
      // What an owner approved of the project's file belongs to it, as long as the file still says that.
      const approved = channel.approved_project !== null || root.approved_project !== null
      const policy = approved
        ? (yield* settings.forChannel(channel, root)).network
        : merged(config.network, root.settings.network, own)
      const grants = yield* asks.granted(channel_id, yield* Clock.currentTimeMillis)
      return {
        policy,
        grants,
        secrets: boundIn(config.secrets, channel_id, root.channel_id),
        sshKeys: sshKeysOf(config, channel, root)
      }
    }).pipe(
      Effect.catchCause((cause) =>
        Effect.as(Effect.logWarning("A channel's network policy could not be read, so nothing is let through", cause), {
          policy: closed,
          grants: [],
          secrets: [],
          sshKeys: []
        })
      )
    )

  /** The card, once per run and host. */
  const askPeople = Effect.fnUntraced(function* (
    { channel_id }: Channel,
    run_id: RunId,
    { host, port }: EgressDecision
  ) {
    const ask_id = AskId.make(yield* random.uuidV7())
    const asked_at = yield* Clock.currentTimeMillis
    const where = `${host}:${port}`
    yield* store.transaction(
      Effect.gen(function* () {
        if (!(yield* asks.ask({ ask_id, channel_id, run_id, host, port, asked_at }))) return
        const data = { ask_id, host, port, decision: "asked" }
        yield* journal.append([{ type: "run.egress", at: asked_at, channel_id, run_id, data }])
        yield* messages.say({
          channel_id,
          run_id,
          key: Buttons.cardKey(where),
          content: Words.asked(where),
          buttons: Buttons.of(ask_id),
          verbatim: true,
          aside: true
        })
      })
    )
  })

  /** Opens them for a process; closed with the scope. */
  const open = Effect.fn("Ways.open")(function* (processId: ProcessId, channel: Channel) {
    const line = yield* relay.open(processId, budget.watch)
    let cards = 0
    const ledger = Ledger.make(journal, channel.channel_id, (run, decision) => {
      if (decision.refusal !== "not_listed" || ++cards > mostCards) return Effect.void
      return askPeople(channel, run, decision)
    })
    let present: RunId | null = null
    const signing = (key: string, purpose: string) =>
      Effect.suspend(() =>
        present === null ? noRun : Signing.record(journal, audit, channel.channel_id, present, key, purpose)
      )
    yield* egress.open(processId, { terms: terms(channel), decided: ledger.decided, signing, carried: ledger.carried })
    const assign = (run: RunId | null) =>
      Effect.suspend(() => {
        cards = 0
        present = run
        return Effect.andThen(line.assign(run), ledger.assign(run))
      })
    return { socketDir: line.socketDir, assign } satisfies RelayLine
  })

  return { open }
})
