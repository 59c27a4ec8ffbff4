// What was said and done in one channel, in the order in which it happened.
import { approvalCard } from "./cards.js"
import { clock, el } from "./dom.js"
import { markdown } from "./markdown.js"
import { makeWork } from "./work.js"

const personStates = { queued: "waiting", failed: "failed", stopped: "stopped", dropped: "dropped" }
const botStates = { undelivered: "not delivered", unknown: "delivery unclear" }
const nearEnd = 120

/** On this page the local user is whoever reads it. */
const nameOf = ({ is_bot: isBot, author_id: id, author_name: name }) =>
  isBot ? name || "Loop" : id === "local-user" ? "You" : name

const bodyOf = (message) =>
  message.is_bot ? el("div", { class: "body" }, ...markdown(message.content)) : el("div", { class: "body" }, message.content)

/** Files that the bot has sent: the address in the page names the channel. */
const filesOf = ({ files = [], message_id: id }) =>
  files.length === 0
    ? undefined
    : el(
        "p",
        { class: "files" },
        ...files.map(({ name }) => {
          const path = [location.hash.slice(1), "files", encodeURIComponent(id), encodeURIComponent(name)].join("/")
          return el("a", { href: `/api/channels/${path}`, download: name }, name)
        })
      )

const messageNode = (message, onRetry) => {
  const state = (message.is_bot ? botStates : personStates)[message.state]
  const again =
    !message.is_bot && message.state === "failed" && message.run_id
      ? el("button", { class: "quiet", type: "button", onclick: () => onRetry(message.run_id) }, "Try again")
      : undefined
  return el(
    "article",
    { class: message.is_bot ? "bot" : "person", "data-state": message.state, "data-id": message.message_id },
    el(
      "p",
      { class: "by" },
      el("b", {}, nameOf(message)),
      el("time", { datetime: message.created_at }, clock(message.created_at)),
      state === undefined ? undefined : el("span", { class: "state" }, state),
      again
    ),
    bodyOf(message),
    filesOf(message)
  )
}

/** Messages by arrival, but each next to the work on it: what waited while others were answered moves to its answer. */
const asWorkedOn = (messages) => {
  const answered = new Set(messages.filter((message) => message.is_bot).map((message) => message.run_id))
  const ordered = []
  const held = new Map()
  for (const message of messages) {
    const { run_id: run, is_bot: isBot } = message
    if (!isBot && run !== undefined && answered.has(run)) held.set(run, [...(held.get(run) ?? []), message])
    else ordered.push(...(held.get(run) ?? []), message)
    if (isBot) held.delete(run)
  }
  return ordered
}

export const makeTimeline = (root, { onRetry, onDecide, loadRun }) => {
  const messages = new Map()
  const texts = new Map()
  const approvals = new Map()
  const works = new Map()
  const shownRuns = new Set()

  // The bars below come and go and change the height: whether the reader was at the end is what scrolling last told.
  let follow = true
  root.addEventListener("scroll", () => (follow = root.scrollHeight - root.scrollTop - root.clientHeight < nearEnd))
  new ResizeObserver(() => follow && (root.scrollTop = root.scrollHeight)).observe(root)

  /** Changes the document and stays at the end when the reader was there. */
  const change = (how) => {
    root.querySelector(".empty")?.remove()
    how()
    if (follow) root.scrollTop = root.scrollHeight
  }

  const dropText = (run) => {
    texts.get(run)?.node.remove()
    texts.delete(run)
  }

  /** Live text stays below everything else. */
  const append = (node) => {
    const [first] = texts.values()
    if (first === undefined) root.append(node)
    else first.node.before(node)
  }

  const message = (next) =>
    change(() => {
      const node = messageNode(next, onRetry)
      const known = messages.get(next.message_id)
      messages.set(next.message_id, node)
      if (known !== undefined) return known.replaceWith(node)
      if (next.is_bot && next.run_id !== undefined) {
        dropText(next.run_id)
        works.get(next.run_id)?.close()
      }
      append(node)
    })

  const work = (run) => {
    const open = works.get(run)
    if (open !== undefined && !open.closed()) return open
    const fresh = makeWork()
    works.set(run, fresh)
    shownRuns.add(run)
    append(fresh.node)
    return fresh
  }

  const text = ({ run_id: run, data }) =>
    change(() => {
      let partial = texts.get(run)
      if (partial === undefined || partial.uuid !== data.message_uuid || data.reset) {
        dropText(run)
        const body = el("div", { class: "body" })
        const by = el("p", { class: "by" }, el("b", {}, "Loop"))
        partial = { uuid: data.message_uuid, text: "", body, node: el("article", { class: "bot live" }, by, body) }
        texts.set(run, partial)
        root.append(partial.node)
      }
      partial.text = partial.text.slice(0, data.offset) + data.text
      partial.body.replaceChildren(...markdown(partial.text))
    })

  const approval = (data) =>
    change(() => {
      const card = approvalCard(data, onDecide)
      const known = approvals.get(data.approval_id)
      approvals.set(data.approval_id, card)
      if (known === undefined) append(card)
      else known.replaceWith(card)
    })

  const end = (run) =>
    change(() => {
      dropText(run)
      works.get(run)?.close()
    })

  /** For runs of earlier: what was done is fetched when somebody asks. */
  const offerWork = (node, run) => {
    if (shownRuns.has(run)) return
    shownRuns.add(run)
    const button = el("button", { class: "quiet earlier", type: "button" }, "What the agent did")
    button.addEventListener("click", async () => {
      const events = (await loadRun(run)).filter(({ type }) => type.startsWith("run."))
      const past = makeWork()
      for (const event of events) past.add(event)
      past.close()
      past.node.open = true
      button.replaceWith(past.empty() ? el("p", { class: "small" }, "It used no tools.") : past.node)
    })
    node.before(button)
  }

  const load = (all, liveRun) => {
    for (const map of [messages, texts, approvals, works, shownRuns]) map.clear()
    root.replaceChildren()
    for (const next of asWorkedOn(all)) {
      message(next)
      if (next.is_bot && next.run_id !== undefined && next.run_id !== liveRun) {
        offerWork(messages.get(next.message_id), next.run_id)
      }
    }
    follow = true
    root.scrollTop = root.scrollHeight
  }

  return {
    load,
    message,
    text,
    approval,
    end,
    has: (id) => messages.has(id),
    /** A sentence of the page's own. */
    note: (text) => change(() => append(el("p", { class: "small" }, text))),
    work: (event) => change(() => work(event.run_id).add(event)),
    waitsForPerson: () => root.querySelector(".card[data-status=pending]") !== null
  }
}
