/** `/api/channels/{id}/network`: what a channel's boxes may reach now, and by whose word. */
import { Schema } from "effect"
import { NetworkMode } from "../domain/Channel.ts"
import { entriesOf, origins } from "../domain/egress/Shown.ts"
import { Channels } from "../services/Channels.ts"
import { Settings } from "../services/Settings.ts"
import { findChannel } from "./Channels.ts"
import { route } from "./Route.ts"

const NetworkShape = Schema.Struct({
  mode: NetworkMode,
  allow: Schema.Array(
    Schema.Struct({
      entry: Schema.String.annotate({ description: "As in `network.allow`; with `!` in front it is taken out." }),
      from: Schema.Literals(origins).annotate({
        description:
          "Who lists it; `standard`: `allowlist` has it by itself. What the channel lists is in its `settings.network.allow`."
      }),
      hosts: Schema.optionalKey(Schema.Array(Schema.String).annotate({ description: "Of a bundle." }))
    })
  ),
  host_services: Schema.Array(Schema.String).annotate({ description: "Ports of the server's own machine." }),
  read_only_public: Schema.Boolean.annotate({ description: "Any public page can be read." })
}).annotate({ identifier: "Network" })

const get = route(
  "GET",
  "/api/channels/{id}/network",
  {
    summary: "What the channel's boxes may reach: the configuration, the channel and its project in one",
    answer: { status: 200, description: "What applies", schema: NetworkShape },
    problems: [404]
  },
  function* ({ subject, params }) {
    const channel = yield* findChannel(subject, params["id"])
    const root = yield* Channels.use((channels) => channels.root(channel))
    const { current, forChannel } = yield* Settings
    const { network } = yield* forChannel(channel, root)
    return {
      mode: network.mode,
      allow: entriesOf(network, {
        configuration: (yield* current).network,
        channel: root.settings.network,
        thread: channel.parent_id === null ? undefined : channel.settings.network
      }),
      host_services: network.host_services,
      read_only_public: network.read_only_public ?? false
    }
  }
)

export const networkRoutes = [get]
