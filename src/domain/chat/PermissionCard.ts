/** May a tool be used: the exact input, where, and what "Always" would allow, each as code that nothing in it can leave. */
import type { AgentRequest } from "../AgentEvent.ts"
import type { ApprovalId } from "../Ids.ts"
import { meaning, ruleOf, textOf } from "../permissions/Rule.ts"
import { clip } from "../Text.ts"
import * as ButtonIds from "./ButtonIds.ts"
import type { Card } from "./Cards.ts"
import { block, inCode, shown } from "./Code.ts"
import { discordLimit } from "./Split.ts"

/** Room for the words around the input, and for the verdict later. */
const longestInput = discordLimit - 1150
const longestRule = 200
const longestName = 80
const longestPath = 150

/** `cwd`: the directory that the run works in; empty where it is not known. */
export const permissionCard = (
  id: ApprovalId,
  { input, tool }: Extract<AgentRequest, { _tag: "Permission" }>,
  cwd: string
): Card => {
  const whole = JSON.stringify(input, null, 2)
  const text = shown(whole)
  const left = text.length - longestInput
  const cut = left > 0
  const part = cut ? `${clip(text, longestInput)}…` : text
  const rule = ruleOf(tool, input)
  const exact = textOf(rule)
  // What is too long to be repeated stands above, or in the file.
  const which = rule.kind !== "input" && shown(exact).length <= longestRule ? `: ${inCode(exact, longestRule)}` : ""
  return {
    content: [
      `May ${inCode(tool, longestName)} be used with this input?`,
      block(part, "json"),
      ...(cut ? [`This is its beginning, without the last ${left} characters: all of it is in input.json.`] : []),
      ...(cwd === "" ? [] : [`The run works in ${inCode(cwd, longestPath)}.`]),
      `“Always” allows ${meaning(rule)}, in this channel${which}`
    ].join("\n"),
    buttons: [
      [
        { id: ButtonIds.decision("allow", id), label: "Allow once", style: "success" },
        { id: ButtonIds.decision("always", id), label: "Always allow this", style: "secondary" },
        { id: ButtonIds.decision("deny", id), label: "Deny", style: "danger" }
      ]
    ],
    files: cut ? [{ name: "input.json", from: "text", text: whole }] : []
  }
}
