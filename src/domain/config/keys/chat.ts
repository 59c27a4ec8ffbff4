/** The chat platforms, and what is taken from and said in them. */
import { Schema } from "effect"
import { key } from "../key.ts"
import * as V from "../values.ts"

const restart = { restart: true }
const secretAtStart = { secret: true, restart: true }

export const chatKeys = {
  discord_token: key(V.Text, "", "Bot token; needed for `discord`.", secretAtStart),
  discord_app_id: key(V.Text, "", "Application id; needed for `discord`.", restart),
  discord_guild_id: key(V.Text, "", "Server in which channels and threads may be made.", restart),
  discord_api_url: key(
    V.HttpUrl,
    "https://discord.com/api",
    "REST base; the gateway's address comes from its `/gateway/bot`.",
    restart
  ),
  catch_up_max_age_sec: key(
    V.SecondsOrZero,
    86_400,
    "How old a message may be that was written while Loop was away and is taken all the same; 0 takes none."
  ),
  catch_up_max_messages: key(
    V.CountOrZero,
    200,
    "How many messages of one channel are looked through for those, newest first."
  ),
  attachment_max_mb: key(V.AmountOrZero, 25, "Largest file in MiB that is taken from a chat; 0 is no limit."),
  keep_untriggered: key(
    V.Flag,
    false,
    "Whether what permitted people say in a channel without calling Loop is told to the agent with the next message."
  ),
  run_footer: key(
    Schema.Literals(["none", "time", "full"]),
    "time",
    "The line under an answer on a chat platform: nothing, the time it took, or time, cost and tokens."
  ),
  allow_mentions: key(
    Schema.Literals(["none", "users", "all"]),
    "none",
    "Whom an agent's text may notify on a chat platform: nobody, people it names, or roles and everybody too."
  ),
  slack_bot_token: key(V.Text, "", "Bot token; needed for `slack`.", secretAtStart),
  slack_app_token: key(V.Text, "", "App token; needed for `slack`.", secretAtStart),
  slack_api_url: key(V.HttpUrl, "https://slack.com/api", "Web API base.", restart)
}
