// The page: one channel at a time, told by one stream of events.
import { call, channelPath, listen } from "./api.js"
import { makeChannels } from "./channels.js"
import { examples, makeComposer, propose } from "./composer.js"
import { $, el, show } from "./dom.js"
import { drawQueue } from "./queue.js"
import { makeTimeline } from "./timeline.js"

/** `loading`: events of the channel wait here until what was before them is drawn. */
const state = { run: undefined, since: undefined, queue: [], known: new Map(), loading: undefined, stopping: false }

const complain = (error) => {
  $("problem").textContent = error?.status === 401 ? loggedOut : (error?.message ?? String(error))
  show($("problem"), true)
}
const loggedOut = "You are no longer logged in. Open the login link again; `loop url` prints it."

/** Carries out what the user asked for; says so when it fails, and lets the caller know. */
const attempt = async (request) => {
  try {
    show($("problem"), false)
    return await request()
  } catch (error) {
    complain(error)
    throw error
  }
}
const quietly = (promise) => promise.catch(() => undefined)

const timeline = makeTimeline($("timeline"), {
  act: (method, path, body) => attempt(() => call(method, path, body)),
  hrefOf: (message, name) => `${here()}/files/${encodeURIComponent(message)}/${encodeURIComponent(name)}`,
  onRetry: (run) => quietly(attempt(() => call("POST", `/api/runs/${encodeURIComponent(run)}/retry`))),
  onDecide: (id, decision, message) =>
    attempt(() =>
      call("POST", `/api/approvals/${encodeURIComponent(id)}`, { decision, ...(message && { message }) })
    ),
  loadRun: (run) => call("GET", `/api/runs/${encodeURIComponent(run)}/events`)
})

const here = () => channelPath(channels.current())
const queueItem = (id) => `${here()}/queue/${encodeURIComponent(id)}`

const emptyState = () =>
  el(
    "div",
    { class: "empty" },
    el("h2", {}, "Give the agent something to do"),
    el("p", {}, "Type a message below. The agent works on it in a locked box; you see what it does and what it says here."),
    el("p", { class: "examples" }, ...examples.map((text) => el("button", { class: "quiet", onclick: () => propose(text) }, text)))
  )

const drawState = () => {
  const running = state.run !== undefined
  show($("working"), running)
  const [head] = state.queue
  // A message leaves the queue a moment before its run is told of.
  const begun = running || [...state.known.values()].some((message) => message.state === "running")
  if (!begun && head !== undefined && !timeline.has(head.message_id)) {
    timeline.message({ ...(state.known.get(head.message_id) ?? head), is_bot: false, state: "queued" })
  }
  const behind = state.queue
    .filter(({ message_id: id }) => !timeline.has(id))
    .map((entry) => ({ ...entry, files: state.known.get(entry.message_id)?.attachments }))
  drawQueue($("queue"), begun ? behind : behind.filter(({ message_id: id }) => id !== head?.message_id), {
    onEdit: (id, content) => attempt(() => call("PATCH", queueItem(id), { content })),
    onDrop: (id) => quietly(attempt(() => call("DELETE", queueItem(id))))
  })
  tick()
}

const tick = () => {
  if (state.run === undefined) return
  const seconds = Math.max(0, Math.round((Date.now() - state.since) / 1000))
  const time = seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  const doing = state.stopping ? "Stopping" : timeline.waitsForPerson() ? "Waiting for you" : "Working"
  $("doing").textContent = seconds < 2 ? doing : `${doing} · ${time}`
  $("stop").disabled = state.stopping
}
setInterval(tick, 1000)

const begin = (run, at) => Object.assign(state, { run, since: Date.parse(at) || Date.now(), stopping: false })

const onMessage = (message) => {
  state.known.set(message.message_id, message)
  const waits = message.state === "queued" || message.state === "dropped"
  if (!waits || timeline.has(message.message_id)) timeline.message(message)
}

const handlers = {
  "message.created": ({ data }) => onMessage(data),
  "message.updated": ({ data }) => onMessage(data),
  "queue.changed": ({ data }) => {
    state.queue = data.queue
    drawState()
  },
  "run.started": (event) => {
    begin(event.run_id, event.at)
    drawState()
  },
  "run.text": (event) => timeline.text(event),
  "run.thinking": (event) => timeline.work(event),
  "run.tool": (event) => timeline.work(event),
  "run.retry": (event) => timeline.work(event),
  "run.note": (event) => timeline.work(event),
  "run.egress": (event) => timeline.work(event),
  "run.ended": (event) => {
    timeline.end(event.run_id)
    if (state.run === event.run_id) state.run = undefined
    drawState()
  },
  "approval.requested": ({ data }) => {
    timeline.approval(data)
    tick()
  },
  "approval.decided": ({ data }) => {
    timeline.approval(data)
    tick()
  },
  "channel.changed": () => quietly(channels.load())
}

/** What is being written right now, in every channel: it is told only once, and not again when a channel is opened. */
const partials = new Map()
const collect = ({ type, run_id: run, data }) => {
  if (type === "run.text") {
    const known = partials.get(run)
    const before = known?.message_uuid === data.message_uuid && !data.reset ? known.text : ""
    partials.set(run, { message_uuid: data.message_uuid, text: before.slice(0, data.offset) + data.text, offset: 0 })
  } else if (type === "run.turn" || type === "run.ended" || (type === "message.created" && data.is_bot)) {
    partials.delete(run)
  }
}

const apply = (event) => handlers[event.type]?.(event)

const onEvent = (event) => {
  if (event.type === "reset") return sync()
  collect(event)
  if (event.type === "channel.changed") return apply(event)
  if (event.channel_id !== channels.current()) {
    if (event.type === "message.created") channels.notice(event.channel_id)
    return
  }
  if (state.loading === undefined) apply(event)
  else state.loading.push(event)
}

/** Draws the channel from what is stored, then from what happened meanwhile. Only the last call draws. */
const sync = async () => {
  const id = channels.current()
  const missed = []
  state.loading = missed
  if (id === undefined) {
    $("timeline").replaceChildren(emptyState())
    return
  }
  try {
    const [messages, channel] = await Promise.all([
      call("GET", `${channelPath(id)}/messages?limit=100`),
      call("GET", channelPath(id))
    ])
    const run = channel.run
    const past = run === undefined ? [] : await call("GET", `/api/runs/${encodeURIComponent(run.run_id)}/events`)
    if (state.loading !== missed) return
    Object.assign(state, { run: undefined, queue: channel.queue, known: new Map(), loading: undefined })
    const told = new Set(past.filter(({ type }) => type.startsWith("message.")).map(({ data }) => data.message_id))
    const waits = ({ state: its, is_bot: isBot }) => !isBot && (its === "queued" || its === "dropped")
    for (const message of messages) state.known.set(message.message_id, message)
    timeline.load(
      messages.filter((message) => !waits(message) && !(message.is_bot && told.has(message.message_id))).reverse(),
      run?.run_id
    )
    if (run !== undefined) begin(run.run_id, run.started_at)
    const drawn = new Set(past.map(({ id: event }) => event))
    const later = missed.filter(({ id: event }) => !drawn.has(event))
    for (const event of [...past.filter(({ type }) => type !== "queue.changed"), ...later]) apply(event)
    if (partials.has(state.run)) timeline.text({ run_id: state.run, data: partials.get(state.run) })
    if ($("timeline").childElementCount === 0 && state.queue.length === 0) $("timeline").append(emptyState())
    show($("reset"), true)
    drawState()
    $("timeline").scrollTop = $("timeline").scrollHeight
  } catch (error) {
    if (state.loading === missed) complain(error)
  }
}

const channels = makeChannels(sync)

const stop = async () => {
  if (state.run === undefined || state.stopping) return
  state.stopping = true
  tick()
  await quietly(attempt(() => call("POST", `${here()}/stop`)))
  state.stopping = false
  tick()
}

makeComposer({
  complain,
  send: (draft) =>
    attempt(async () => {
      const id = channels.current() ?? (await channels.create("general"))
      await call("POST", `${channelPath(id)}/messages`, draft)
    }),
  // A hint: what is wrong, sending will tell.
  prepare: () => channels.current() !== undefined && quietly(call("POST", `${here()}/prepare`))
})
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return
  if (!channels.close()) stop()
})
$("stop").addEventListener("click", stop)
$("reset").addEventListener("click", () =>
  quietly(attempt(() => call("POST", `${here()}/reset`)).then(() => timeline.note("The next message begins a new session.")))
)
$("new-channel").addEventListener("submit", (event) => {
  event.preventDefault()
  const name = $("new-name").value.trim()
  if (name === "") return
  quietly(attempt(() => channels.create(name)).then(() => ($("new-name").value = "")))
})

listen({
  onEvent,
  onOpen: () => {
    show($("lost"), false)
    partials.clear()
    quietly(attempt(() => channels.load().then((selected) => (selected ? undefined : sync()))))
  },
  onLost: () => {
    $("lost").textContent = "The connection to Loop is lost. Trying again…"
    show($("lost"), true)
    fetch("/api/channels").then(
      ({ status }) => status === 401 && ($("lost").textContent = loggedOut),
      () => undefined
    )
  }
})
