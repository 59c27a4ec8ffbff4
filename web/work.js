// What an agent does besides talking: tools, thoughts, repeated calls, notes. One foldable list.
import { el } from "./dom.js"

const marks = { started: "…", succeeded: "✓", failed: "✗" }

const nameOf = (name) => name.replace(/^mcp__(.+?)__/, "$1: ")

/** The telling part of a tool's input; the whole text where that is not known. */
const telling = (summary) => {
  try {
    const input = JSON.parse(summary)
    if (Array.isArray(input.questions)) return input.questions[0]?.question ?? ""
    const key = ["command", "file_path", "pattern", "url", "query", "path", "description", "prompt"].find(
      (candidate) => typeof input[candidate] === "string"
    )
    return key === undefined ? (summary === "{}" ? "" : summary) : input[key]
  } catch {
    return summary
  }
}

/** Why a host was not reached, by the proxy's reasons. */
const refusals = {
  closed: "this channel has no network",
  not_listed: "it is not on this channel's list",
  taken_out: "it was taken out of this channel's list",
  inner: "it leads to a private or local address",
  unknown: "there is no such host",
  unreachable: "it does not answer",
  crowded: "too many connections are open",
  disguised: "the connection names another host inside"
}

const egress = ({ host, port, reason }) => `${host}:${port} was not reached: ${refusals[reason] ?? "it was refused"}.`

/** Whether it is shown. Of what a box reached, a refusal is, when it is met; sums follow at the end (`times`). */
export const isTold = ({ type, data }) =>
  type === "run.egress"
    ? data.decision === "refused" && data.times === undefined
    : ["run.tool", "run.thinking", "run.retry", "run.note"].includes(type)

const duration = (ms) => (ms === undefined ? "" : ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`)

const toolLine = (tool) =>
  el(
    "li",
    { class: "tool", "data-state": tool.state },
    el(
      "details",
      {},
      el(
        "summary",
        {},
        el("span", { class: "mark", "aria-label": tool.state }, marks[tool.state] ?? "…"),
        el("b", {}, nameOf(tool.name)),
        el("code", {}, telling(tool.input_summary ?? "")),
        el("span", { class: "small" }, duration(tool.duration_ms))
      ),
      el("pre", {}, [tool.input_summary, tool.output_summary].filter(Boolean).join("\n\n") || "Nothing to show yet.")
    )
  )

const thought = (text) =>
  el("li", { class: "thought" }, el("details", {}, el("summary", {}, "Thought"), el("p", {}, text)))

const line = (kind, text) => el("li", { class: kind }, text)

export const makeWork = () => {
  const list = el("ul")
  const label = el("span")
  const node = el("details", { class: "work", open: true }, el("summary", {}, label), list)
  const tools = new Map()
  let steps = 0
  let closed = false

  const relabel = () => {
    const used = tools.size === 0 ? "" : `${tools.size} tool${tools.size === 1 ? "" : "s"} used`
    label.textContent = used || `${steps} step${steps === 1 ? "" : "s"}`
  }

  const tool = (data) => {
    const known = tools.get(data.tool_use_id)
    const merged = { ...known?.data, ...data }
    if (merged.name === "") merged.name = known?.data.name ?? "Tool"
    const item = toolLine(merged)
    if (known === undefined) list.append(item)
    else known.item.replaceWith(item)
    tools.set(data.tool_use_id, { data: merged, item })
  }

  const add = ({ type, data }) => {
    if (!isTold({ type, data })) return
    if (type === "run.tool") tool(data)
    else if (type === "run.thinking") list.append(thought(data.text))
    else if (type === "run.retry") list.append(line("retry", data.text ?? "The model is called again."))
    else if (type === "run.egress") list.append(line("refusal", egress(data)))
    else list.append(line("note", data.text ?? ""))
    steps++
    relabel()
  }

  return {
    node,
    add,
    empty: () => steps === 0,
    closed: () => closed,
    /** Folds it: from now on it is the past. Only a tool that still runs may be told of. */
    close: () => {
      closed = [...tools.values()].every(({ data }) => data.state !== "started")
      node.open = !closed
    }
  }
}
