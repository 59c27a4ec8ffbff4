// One message: who said it, what state it is in, its text, its files, and what can be done about it.
import { buttonsOf } from "./buttons.js"
import { clock, el } from "./dom.js"
import { markdown } from "./markdown.js"

const personStates = {
  queued: "waiting",
  failed: "failed",
  stopped: "stopped",
  dropped: "dropped",
  noted: "said without calling Loop"
}
const botStates = { undelivered: "not delivered", unknown: "delivery unclear" }
const kinds = { task: "scheduled task", raw: "command" }

/** On this page the local user is whoever reads it. */
const nameOf = ({ is_bot: isBot, author_id: id, author_name: name }) =>
  isBot ? name || "Loop" : id === "local-user" ? "You" : name

const bodyOf = ({ attachments, content, is_bot: isBot }) => {
  if (isBot) return el("div", { class: "body" }, ...markdown(content))
  return content === "" && attachments !== undefined ? undefined : el("div", { class: "body" }, content)
}

/** The bot's can be fetched; a person's lie in the work directory. */
const filesOf = ({ attachments = [], files = [], message_id: id }, hrefOf) =>
  files.length + attachments.length === 0
    ? undefined
    : el(
        "p",
        { class: "files", role: "group", "aria-label": "Files" },
        ...files.map(({ name }) => el("a", { href: hrefOf(id, name), download: name }, name)),
        ...attachments.map(({ name }) => el("span", {}, name))
      )

const classOf = ({ is_bot: isBot, kind = "prompt" }) => (isBot ? "bot" : kind === "prompt" ? "person" : `person ${kind}`)

const chip = (text, kind = "state") => (text === undefined ? undefined : el("span", { class: `chip ${kind}` }, text))

/** `again`: whether this message itself offers that its run is tried again. */
export const messageNode = (message, { again, act, hrefOf, onRetry }) => {
  const retry = again
    ? el("button", { class: "quiet again", type: "button", onclick: () => onRetry(message.run_id) }, "Try again")
    : undefined
  return el(
    "article",
    { class: classOf(message), "data-state": message.state, "data-id": message.message_id, "data-run": message.run_id },
    el(
      "p",
      { class: "by" },
      el("b", {}, nameOf(message)),
      el("time", { datetime: message.created_at }, clock(message.created_at)),
      message.is_bot ? undefined : chip(kinds[message.kind], "kind"),
      chip((message.is_bot ? botStates : personStates)[message.state]),
      retry
    ),
    bodyOf(message),
    filesOf(message, hrefOf),
    message.is_bot ? buttonsOf(message, act) : undefined
  )
}
