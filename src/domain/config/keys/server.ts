/** Where the server listens, and what it keeps. */
import { Schema } from "effect"
import { PlatformName } from "../../Ids.ts"
import { key, late } from "../key.ts"
import * as V from "../values.ts"

const restart = { restart: true }

export const serverKeys = {
  platforms: key(
    Schema.NonEmptyArray(PlatformName).annotate({ title: "list of `local`, `discord`, `slack`" }),
    ["local"],
    'Where people talk to Loop. `platform: "x"` means `["x"]`. Slack is not there yet.',
    restart
  ),
  api_addr: key(
    V.ListenAddress,
    "127.0.0.1:8222",
    "Where the server listens; `:8222` means loopback. Another interface needs `api_allow_remote`.",
    restart
  ),
  api_allow_remote: key(V.Flag, false, "Allows an `api_addr` that other machines can reach.", restart),
  public_url: key(
    Schema.Union([V.HttpUrl, Schema.Literal("")]).annotate({ title: "URL" }),
    "",
    "Address of a reverse proxy in front, for links."
  ),
  allowed_hosts: key(V.Texts, [], "Further `Host` names that requests may carry, such as the reverse proxy's."),
  db_path: late(V.Text, "The database file; `~/` is your home.", {
    shownDefault: "`loop.sqlite` in `LOOP_HOME`",
    restart: true
  }),
  log_file: late(V.Text, "The log of the background service.", {
    shownDefault: "`logs/loop.log` in `LOOP_HOME`",
    restart: true
  }),
  log_level: key(
    Schema.Literals(["debug", "info", "warn", "error"]),
    "info",
    "The least important lines that are logged.",
    restart
  ),
  log_format: key(
    Schema.Literals(["text", "json", "auto"]),
    "auto",
    "`auto` is text on a terminal, JSON elsewhere.",
    restart
  ),
  timezone: late(V.Zone, "Zone of tasks that name none, and of the box.", { shownDefault: "`TZ`, else the host's" })
}
