/** The bot itself: its user, its application, where its gateway is. */
import { unknownUser } from "../world/ApiError.ts"
import * as Messages from "../world/Messages.ts"
import * as Render from "../world/Render.ts"
import { get, ok, post, type Asked, type Routes } from "./Router.ts"

/** Flags of an application with a privileged intent switched on in the portal, for fewer than 100 guilds. */
export const applicationFlags = ({ bot }: Asked["world"]): number =>
  (bot.privileged.presences ? 1 << 13 : 0) |
  (bot.privileged.members ? 1 << 15 : 0) |
  (bot.privileged.messageContent ? 1 << 19 : 0)

const application = ({ world }: Asked) => ({
  id: world.bot.applicationId,
  name: world.bot.user.username,
  icon: null,
  description: "",
  type: null,
  bot: Render.user(world.bot.user),
  bot_public: true,
  bot_require_code_grant: false,
  verify_key: "0".repeat(64),
  flags: applicationFlags(world),
  flags_new: String(applicationFlags(world)),
  redirect_uris: [],
  interactions_endpoint_url: null,
  role_connections_verification_url: null,
  owner: Render.user([...world.users.values()].find(({ bot }) => !bot) ?? world.bot.user),
  approximate_guild_count: world.guilds.size,
  approximate_user_install_count: 0,
  approximate_user_authorization_count: 0,
  explicit_content_filter: 0,
  team: null,
  eligible_oauth2_scopes: ["bot", "applications.commands"]
})

const gateway = (world: Asked["world"]) => world.cdn.replace(/^http/, "ws")

export const account: Routes = [
  get("/gateway", ({ world }) => ok({ url: gateway(world) })),
  get("/gateway/bot", ({ world }) =>
    ok({
      url: gateway(world),
      shards: 1,
      session_start_limit: { total: 1000, remaining: 999, reset_after: 14_400_000, max_concurrency: 1 }
    })
  ),
  get("/users/@me", ({ world }) => ok(Render.self(world))),
  get("/users/{user_id}", ({ param, world }) => {
    if (!world.users.has(param("user_id"))) throw unknownUser()
    return ok(Render.userById(world, param("user_id")))
  }),
  post("/users/@me/channels", ({ json, world }) => {
    const recipient = String(json["recipient_id"])
    if (!world.users.has(recipient)) throw unknownUser()
    return ok(Render.channel(world, Messages.directChannel(world, recipient)))
  }),
  get("/applications/@me", (asked) => ok(application(asked))),
  get("/oauth2/applications/@me", (asked) => ok(application(asked)))
]
