/** A signature of the host's ssh-agent is written down before it is made. */
import { Clock, Effect } from "effect"
import type { ChannelId, RunId } from "../../domain/Ids.ts"
import type { Audit } from "../../services/Audit.ts"
import { NotSigned } from "../../services/Egress.ts"
import type { Journal } from "../../services/Journal.ts"

/** `purpose`: what is signed, as far as it says so itself. */
export const record = Effect.fn("Signing.record")(
  function* (
    journal: Journal["Service"],
    audit: Audit["Service"],
    channel_id: ChannelId,
    run_id: RunId,
    key: string,
    purpose: string
  ) {
    const at = yield* Clock.currentTimeMillis
    const data = { decision: "signed", key, purpose }
    yield* journal.append([{ type: "run.egress", at, channel_id, run_id, data }])
    const actor = { kind: "run", run_id, channel_id, authors: [] } as const
    yield* audit.record({ actor, action: "ssh.sign", target: key, channel_id, detail: { purpose } })
  },
  Effect.mapError((error) => new NotSigned({ detail: `It could not be written down: ${error.message}` }))
)
