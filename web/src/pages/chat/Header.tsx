/** Where one is: the channel, its directory, the channel that a thread belongs to. */
import { useQuery } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import { ChevronRight, RotateCcw, Settings2 } from "lucide-react"
import { useState } from "react"
import { channelQuery, channelsQuery } from "../../api/queries.ts"
import { IconButton } from "../../ui/Button.tsx"
import { MenuButton } from "../../ui/Page.tsx"
import { ChannelDialog } from "./ChannelDialog.tsx"
import { useAct } from "./problem.ts"
import { note } from "./store.ts"

export const Header = ({ id }: { readonly id: string }) => {
  const { data: all } = useQuery(channelsQuery)
  const { data: channel } = useQuery(channelQuery(id))
  const [open, setOpen] = useState(false)
  const act = useAct()
  const entry = all?.find(({ channel_id }) => channel_id === id)
  const parent = all?.find(({ channel_id }) => channel_id === entry?.parent_id)
  const reset = () =>
    void act("POST /api/channels/{id}/reset", { path: { id } }).then(
      (done) => done.ok && note(id, "The next message begins a new session.")
    )
  return (
    <header className="bar">
      <MenuButton />
      <div className="bar-title">
        {parent !== undefined && (
          <>
            <Link to="/c/$channel" params={{ channel: parent.channel_id }} className="bar-parent">
              {parent.name}
            </Link>
            <ChevronRight aria-hidden size={15} className="dim" />
          </>
        )}
        <h1 id="title" tabIndex={-1}>
          {entry?.name ?? channel?.name ?? "Loop"}
        </h1>
        {channel?.dir_path !== null && channel?.dir_path !== undefined && (
          <span className="bar-path" title={channel.dir_path}>
            {channel.dir_path}
          </span>
        )}
      </div>
      <IconButton label="New session: the next message begins one" onClick={reset}>
        <RotateCcw aria-hidden size={17} />
      </IconButton>
      <IconButton label="Settings of this channel" disabled={channel === undefined} onClick={() => setOpen(true)}>
        <Settings2 aria-hidden size={18} />
      </IconButton>
      {open && channel !== undefined && <ChannelDialog channel={channel} onClose={() => setOpen(false)} />}
    </header>
  )
}
