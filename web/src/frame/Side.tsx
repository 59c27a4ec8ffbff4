/** The list at the side: pages, channels with their threads, and how the page looks. */
import { useQuery } from "@tanstack/react-query"
import { Link, useNavigate, useParams } from "@tanstack/react-router"
import { Bell, BellOff, Hash, Monitor, Moon, Plus, Search, Sun, X } from "lucide-react"
import { useEffect, useState } from "react"
import type { ChannelEntry } from "../api/client.ts"
import { channelsQuery } from "../api/queries.ts"
import { NewChannel } from "../channels/NewChannel.tsx"
import { inOrder, treeOf } from "../channels/tree.ts"
import { useUnread } from "../channels/unread.ts"
import { toggleNotifications, useNotifications } from "../notify/notify.ts"
import { IconButton } from "../ui/Button.tsx"
import { Failed } from "../ui/States.tsx"
import { nav } from "./nav.ts"
import { useSide } from "./side.ts"
import { nextTheme, setTheme, type Theme, useTheme } from "./theme.ts"

const says: Readonly<Record<ChannelEntry["state"], string>> = {
  idle: "",
  running: "An agent is at work",
  waiting: "Waits for your answer"
}

const Dot = ({ state }: { readonly state: ChannelEntry["state"] }) =>
  state === "idle" ? null : <span className={`dot ${state}`} role="img" aria-label={says[state]} title={says[state]} />

interface RowProps {
  readonly channel: ChannelEntry
  readonly thread?: boolean
  readonly unread: boolean
  readonly current: boolean
}

const Row = ({ channel, current, thread = false, unread }: RowProps) => {
  const close = useSide((side) => side.close)
  return (
    <li>
      <Link
        to="/c/$channel"
        params={{ channel: channel.channel_id }}
        className={thread ? "row thread" : "row"}
        aria-current={current ? "page" : undefined}
        data-unread={unread || undefined}
        preload={false}
        onClick={close}
      >
        {!thread && <Hash aria-hidden size={15} />}
        <span className="row-name">{channel.name}</span>
        {channel.platform !== "local" && !thread && <span className="row-platform">{channel.platform}</span>}
        <Dot state={channel.state} />
        {unread && <span className="unread" role="img" aria-label="Unread" />}
      </Link>
    </li>
  )
}

const Channels = () => {
  const { data, error, refetch } = useQuery(channelsQuery)
  const { channel: current } = useParams({ strict: false })
  const isUnread = useUnread()
  if (error !== null && data === undefined) return <Failed error={error} onRetry={() => void refetch()} />
  const tree = treeOf(data ?? [], current)
  const roots = new Set(tree.map(({ channel }) => channel))
  return (
    <ul className="plain rows">
      {inOrder(tree).map((channel) => (
        <Row
          key={channel.channel_id}
          channel={channel}
          thread={!roots.has(channel)}
          current={channel.channel_id === current}
          unread={channel.channel_id !== current && isUnread(channel)}
        />
      ))}
      {data?.length === 0 && <li className="rows-none">None yet. Your first message makes one.</li>}
    </ul>
  )
}

const themes = { system: Monitor, light: Sun, dark: Moon } satisfies Record<Theme, unknown>
const themeNames: Readonly<Record<Theme, string>> = { system: "as the system", light: "light", dark: "dark" }

/** Whoever has just turned notifications on is told how far they reach. */
const Reach = ({ onClose }: { readonly onClose: () => void }) => (
  <p className="side-note" role="status">
    <span>
      You are notified while Loop is open in a window or a tab, also behind others; once all are closed, nothing can
      reach you.
    </span>
    <IconButton label="Understood" onClick={onClose}>
      <X aria-hidden size={15} />
    </IconButton>
  </p>
)

const Foot = () => {
  const [isTold, setTold] = useState(true)
  const theme = useTheme()
  const Picture = themes[theme]
  const notifications = useNotifications()
  const mine = notifications === "on"
  const toggle = async () => {
    await toggleNotifications()
    setTold(false)
  }
  return (
    <>
      {mine && !isTold && <Reach onClose={() => setTold(true)} />}
      <div className="side-foot">
        <IconButton label={`Theme: ${themeNames[theme]}`} onClick={() => setTheme(nextTheme[theme])}>
          <Picture aria-hidden size={17} />
        </IconButton>
        {notifications !== "impossible" && (
          <IconButton
            label={
              mine
                ? "Notifications are on"
                : notifications === "blocked"
                  ? "Notifications are blocked in the browser"
                  : "Notifications are off"
            }
            aria-pressed={mine}
            disabled={notifications === "blocked"}
            onClick={() => void toggle()}
          >
            {mine ? <Bell aria-hidden size={17} /> : <BellOff aria-hidden size={17} />}
          </IconButton>
        )}
      </div>
    </>
  )
}

export const Side = ({ onSearch }: { readonly onSearch: () => void }) => {
  const { close, isOpen } = useSide()
  const { channel } = useParams({ strict: false })
  const [making, setMaking] = useState(false)
  const navigate = useNavigate()
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || !useSide.getState().isOpen) return
      event.stopImmediatePropagation()
      close()
    }
    window.addEventListener("keydown", press, true)
    return () => window.removeEventListener("keydown", press, true)
  }, [close, navigate])
  return (
    <aside id="side" aria-label="Channels and pages" data-open={isOpen}>
      <p className="brand">
        <img src="/icon.svg" alt="" width="24" height="24" /> Loop
      </p>
      <button type="button" className="search" onClick={onSearch}>
        <Search aria-hidden size={15} />
        <span>Search or go to…</span>
        <kbd>Ctrl K</kbd>
      </button>
      <nav aria-label="Pages">
        <ul className="plain rows">
          {nav.map(({ icon: Icon, name, to }) => (
            <li key={to}>
              <Link
                to={to}
                className="row"
                activeOptions={{ exact: to === "/" }}
                {...(to === "/" && channel !== undefined && { "data-within": true })}
                onClick={close}
              >
                <Icon aria-hidden size={16} />
                <span className="row-name">{name}</span>
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <nav className="side-channels" aria-label="Channels">
        <div className="side-head">
          <h2>Channels</h2>
          <IconButton label="New channel" onClick={() => setMaking(true)}>
            <Plus aria-hidden size={16} />
          </IconButton>
        </div>
        <Channels />
      </nav>
      <Foot />
      {making && <NewChannel onClose={() => setMaking(false)} />}
    </aside>
  )
}
