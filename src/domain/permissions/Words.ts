/** What is said of permissions that nobody is asked for: rules, and runs that nobody attends. */
import { inCode } from "../chat/Code.ts"
import { summary } from "../Text.ts"
import { instant } from "../Views.ts"
import { meaning, type Rule, textOf } from "./Rule.ts"

interface Shown {
  readonly rule_id: string
  readonly rule: Rule
  readonly made_at: number
  /** A name; null: the owner's token, or another program's. */
  readonly made_by: string | null
  readonly inherited: boolean
}

const longest = 300

const line = ({ inherited, made_at, made_by, rule, rule_id }: Shown): string => {
  const who = made_by === null ? "" : ` by ${summary(made_by, 60).replaceAll(/[*`_~|<>@]/g, "")}`
  const where = inherited ? ", in the channel of this thread" : ""
  return `- \`${rule_id}\` ${inCode(textOf(rule), longest)}: ${meaning(rule)}; allowed${who} on ${instant(made_at).slice(0, 10)}${where}`
}

export const list = (rules: ReadonlyArray<Shown>): string =>
  rules.length === 0
    ? "Nothing is always allowed here beyond `allowed_tools`. “Always” on a card makes a rule."
    : ["Always allowed here; `/loop rules revoke:<id>` takes one back:", ...rules.map(line)].join("\n")

export const revoked = (rule: Rule): string => `${inCode(textOf(rule), longest)} is no longer always allowed.`

export const noRule = (id: string): string =>
  `There is no rule ${summary(id, 20)} here that could be taken back: see \`/loop rules\`.`

/** In the run's journal. */
export const byRule = (id: string, rule: Rule): string => `${rule.tool} was allowed by the rule ${id}.`

/** What a run that nobody attends is told, and what is said in its channel. `tool` null: a plan. `task` null: a webhook's. */
export const unattended = (
  tool: string | null,
  task: number | null
): { readonly agent: string; readonly aloud: string } => {
  const run = task === null ? "a webhook began this run" : `task #${task} began this run`
  if (tool === null) {
    return {
      agent: "Nobody is there to approve a plan in this run: end your work here with the plan as your answer.",
      aloud: `The agent’s plan was not approved: ${run}, and nobody attends it. Set unattended_permissions to ask where somebody should be asked.`
    }
  }
  return {
    agent:
      "Nobody is there to allow this in this run, so it was denied. Go on without it, do not try to get around it, and say in your answer what you could not do.",
    aloud: `${inCode(tool, 80)} was denied: ${run}, and nobody attends it. What such runs may do is set by allowed_tools and unattended_permissions.`
  }
}
