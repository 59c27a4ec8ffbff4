/** Sends what was written. A message keeps its id until it is accepted: sending it again is harmless. */
import { call } from "../../../api/client.ts"
import { commandsQuery, queries } from "../../../api/queries.ts"
import { complain } from "../problem.ts"
import { note } from "../store.ts"
import { optionsOf, typedOf } from "./commands.ts"
import { encodeAll } from "./files.ts"
import type { Draft } from "./draft.ts"

const newId = () =>
  // Only where the page is served safely does the browser know how.
  typeof crypto.randomUUID === "function"
    ? crypto.randomUUID()
    : Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("")

interface Prepared {
  readonly text: string
  readonly files: Draft["files"]
  readonly message_id: string
  readonly attachments: Awaited<ReturnType<typeof encodeAll>>
}
let prepared: Prepared | undefined

const prepare = async (text: string, files: Draft["files"]): Promise<Prepared> => {
  if (prepared?.text === text && prepared.files === files) return prepared
  return { text, files, message_id: newId(), attachments: await encodeAll(files) }
}

const command = async (channel: string, text: string): Promise<boolean> => {
  const typed = typedOf(text)
  if (typed === undefined) return false
  const known = (await queries.ensureQueryData(commandsQuery)).find(({ name }) => name === typed.name)
  if (known === undefined) {
    const query = { channel_id: channel, option: "command", typed: typed.name }
    const own = await call("GET /api/commands/{name}/choices", { path: { name: "cc" }, query })
    if (!own.some(({ value }) => value === typed.name)) return false
    const options = { command: text.slice(1) }
    const { text: said } = await call("POST /api/commands", { body: { channel_id: channel, command: "cc", options } })
    if (said !== "") note(channel, said, "command")
    return true
  }
  const body = { channel_id: channel, command: known.name, options: optionsOf(known, typed.rest) }
  const { text: said } = await call("POST /api/commands", { body })
  note(channel, said, "command")
  return true
}

/** True once it is accepted; what went wrong has been said otherwise. */
export const send = async (channel: string, { files, text }: Draft): Promise<boolean> => {
  const content = text.trim()
  try {
    if (files.length === 0 && (await command(channel, content))) return true
    prepared = await prepare(content, files)
    const { attachments, message_id } = prepared
    const body = { content, message_id, ...(attachments.length > 0 && { attachments }) }
    await call("POST /api/channels/{id}/messages", { path: { id: channel }, body })
    prepared = undefined
    return true
  } catch (error) {
    complain(error)
    return false
  }
}
