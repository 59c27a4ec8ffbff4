/**
 * What of a conversation's file may go to another machine's side: its entries, read one by one. The file may be an
 * agent's work: also modes (`permission-mode`), snapshots of files that can be put back, and worktrees stand there
 * (looked at in files of Claude Code 2.1.329).
 */
import { Option, Schema } from "effect"

const Entry = Schema.fromJsonString(Schema.Record(Schema.String, Schema.Json))
const decode = Schema.decodeUnknownOption(Entry)

/** What was said and done, and how it hangs together. */
const said = new Set(["user", "assistant", "system", "attachment", "progress", "summary"])

export type Read =
  | { readonly _tag: "Entry"; readonly text: string }
  /** Of the file, and not of the conversation. */
  | { readonly _tag: "Aside" }
  | { readonly _tag: "Broken" }

/** The line as it stands in the copy: of that conversation, in that directory, with no mode of its own. */
export const read = (line: string, to: { readonly as: string; readonly workDir: string }): Read => {
  const entry = decode(line)
  if (Option.isNone(entry)) return { _tag: "Broken" }
  const { permissionMode: _, ...rest } = entry.value
  if (typeof rest["type"] !== "string") return { _tag: "Broken" }
  if (!said.has(rest["type"])) return { _tag: "Aside" }
  const own = {
    ...rest,
    ...("sessionId" in rest && { sessionId: to.as }),
    ...("cwd" in rest && { cwd: to.workDir })
  }
  return { _tag: "Entry", text: JSON.stringify(own) }
}
