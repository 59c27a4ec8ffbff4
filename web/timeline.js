// What was said and done in one channel, in the order in which it happened.
import { offersRetry } from "./buttons.js"
import { approvalCard } from "./cards.js"
import { el } from "./dom.js"
import { markdown } from "./markdown.js"
import { messageNode } from "./message.js"
import { isTold, makeWork } from "./work.js"

const nearEnd = 120

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

/** `act`, `hrefOf` and `onRetry`: see `messageNode`; `onDecide`: see `approvalCard`. */
export const makeTimeline = (root, { act, hrefOf, onRetry, onDecide, loadRun }) => {
  const messages = new Map()
  const texts = new Map()
  const approvals = new Map()
  const works = new Map()
  const shownRuns = new Set()
  /** Runs whose own last sentence offers that they are tried again. */
  const retried = new Set()

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

  /** Whoever was there with the keyboard stays near. */
  const replace = (known, node) => {
    const within = known.contains(document.activeElement)
    known.replaceWith(node)
    if (within) root.focus({ preventScroll: true })
  }

  /** One offer is enough: the sentence's, where there is one. */
  const offer = ({ run_id: run, is_bot: isBot, state, ...message }) => {
    if (isBot && offersRetry(message)) {
      retried.add(run)
      for (const node of root.querySelectorAll("article.person")) {
        if (node.dataset.run === run) node.querySelector(".again")?.remove()
      }
    }
    return !isBot && state === "failed" && run !== undefined && !retried.has(run)
  }

  const message = (next) =>
    change(() => {
      const node = messageNode(next, { again: offer(next), act, hrefOf, onRetry })
      const known = messages.get(next.message_id)
      messages.set(next.message_id, node)
      if (known !== undefined) return replace(known, node)
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
      else replace(known, card)
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
    for (const map of [messages, texts, approvals, works, shownRuns, retried]) map.clear()
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
    work: (event) => isTold(event) && change(() => work(event.run_id).add(event)),
    waitsForPerson: () => root.querySelector(".card[data-status=pending]") !== null
  }
}
