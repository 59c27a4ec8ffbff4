/** The model API, the engine, and what they may cost. */
import { Schema } from "effect"
import { Budget } from "../../budget/Limits.ts"
import { TOKEN_URL } from "../../secrets/OAuth.ts"
import { key, late } from "../key.ts"
import * as V from "../values.ts"

const secret = { secret: true }

export const modelKeys = {
  anthropic_api_key: key(V.Text, "", "API key; never enters the box. Silent: `ANTHROPIC_API_KEY`.", secret),
  claude_code_oauth_token: key(
    V.Text,
    "",
    "OAuth token, before the API key. Silent: `CLAUDE_CODE_OAUTH_TOKEN`.",
    secret
  ),
  claude_code_oauth_refresh_token: key(
    V.Text,
    "",
    "With it Loop renews `claude_code_oauth_token` by itself, and nobody else may: log in for Loop alone.",
    secret
  ),
  claude_oauth_token_url: key(V.HttpUrl, TOKEN_URL, "Where OAuth tokens are renewed."),
  anthropic_base_url: late(V.HttpUrl, "Where the model API is.", {
    shownDefault: "`ANTHROPIC_BASE_URL`, else `https://api.anthropic.com`"
  }),
  anthropic_max_retries: key(V.CountOrZero, 3, "Failures of the model API that are forgiven per request."),
  claude_model: key(V.Text, "", "Model; empty is the engine's default. Per channel too."),
  claude_bin_path: key(
    Schema.NonEmptyString.annotate({ title: "text" }),
    "claude",
    "The engine's command inside the box."
  ),
  fallback_model: key(
    V.Text,
    "",
    "The model to go on with while the model API's usage limit is reached; empty waits until it begins anew."
  ),
  budget: key(
    Budget.annotate({ title: "`{per_run_usd, per_task_usd, per_day_usd, per_month_usd}`" }),
    {},
    "What may be spent, in US dollars: by one run, by one task in a day, and by all channels together in a day and in a month of `timezone`; see “Budgets”. Per channel too, beside these."
  ),
  repeated_call_limit: key(
    V.CountOrZero,
    10,
    "So many calls of a tool in a row with the same input and the same result end a run; 0 never does."
  ),
  streaming_enabled: key(V.Flag, true, "Whether each step of an answer is posted as it comes, not the last one only.")
}
