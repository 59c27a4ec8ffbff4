// The list of channels and threads, and which one is shown (its id is the page's hash).
import { call } from "./api.js"
import { $, el } from "./dom.js"

const threadsUnder = (channels) => {
  const ids = new Set(channels.map(({ channel_id }) => channel_id))
  const roots = channels.filter(({ parent_id }) => parent_id === "" || !ids.has(parent_id))
  return roots.flatMap((root) => [root, ...channels.filter(({ parent_id }) => parent_id === root.channel_id)])
}

export const makeChannels = (onSelect) => {
  let all = []
  let current
  const unread = new Set()

  const draw = () => {
    $("channels").replaceChildren(
      ...threadsUnder(all).map((channel) =>
        el(
          "a",
          {
            href: `#${encodeURIComponent(channel.channel_id)}`,
            class: channel.parent_id === "" ? "" : "thread",
            "aria-current": channel.channel_id === current ? "page" : undefined,
            "data-unread": unread.has(channel.channel_id)
          },
          channel.name
        )
      )
    )
  }

  /** On a narrow screen the list lies over the page. */
  const toggle = (open) => {
    document.body.classList.toggle("side-open", open)
    $("menu").setAttribute("aria-expanded", String(open))
  }
  const isOpen = () => document.body.classList.contains("side-open")
  $("menu").addEventListener("click", (event) => {
    event.stopPropagation()
    toggle(!isOpen())
  })
  document.querySelector("main").addEventListener("click", () => toggle(false))

  const select = (id) => {
    current = id
    unread.delete(id)
    toggle(false)
    const name = all.find(({ channel_id }) => channel_id === id)?.name ?? "Loop"
    $("title").textContent = name
    document.title = name === "Loop" ? name : `${name} · Loop`
    draw()
    return onSelect(id)
  }

  const wanted = () => {
    const asked = decodeURIComponent(location.hash.slice(1))
    return all.some(({ channel_id }) => channel_id === asked) ? asked : all[0]?.channel_id
  }

  /** Reads the list anew; the channel that is shown stays while it exists. True when another one is shown now. */
  const load = async () => {
    all = await call("GET", "/api/channels")
    const still = all.some(({ channel_id }) => channel_id === current)
    draw()
    if (!still) await select(wanted())
    return !still
  }

  const create = async (name) => {
    const { channel_id: id } = await call("POST", "/api/channels/create", { name })
    history.replaceState(null, "", `#${encodeURIComponent(id)}`)
    all = await call("GET", "/api/channels")
    await select(id)
    return id
  }

  window.addEventListener("hashchange", () => {
    const id = wanted()
    if (id !== current) select(id)
  })

  return {
    load,
    create,
    current: () => current,
    /** Closes the list where it lies over the page; false where it does not. */
    close: () => {
      const open = isOpen()
      toggle(false)
      return open
    },
    /** Something was said elsewhere. */
    notice: (id) => {
      if (id === current || unread.has(id)) return
      unread.add(id)
      if (all.some(({ channel_id }) => channel_id === id)) draw()
      else load()
    }
  }
}
