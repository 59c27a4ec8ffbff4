/** What a channel's agents may reach and do without being asked about: hosts, rules, and what holds when nobody is there. */
import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { channelQuery, channelsQuery } from "../../api/queries.ts"
import { ChannelSelect } from "../../ui/ChannelSelect.tsx"
import { Empty, Failed, Loading } from "../../ui/States.tsx"
import { Hosts } from "./Hosts.tsx"
import { Rules } from "./Rules.tsx"
import { Unattended } from "./Unattended.tsx"

export const Reach = () => {
  const { data: channels, error } = useQuery(channelsQuery)
  const [chosen, setChosen] = useState("")
  const id = chosen === "" ? (channels?.find(({ parent_id }) => parent_id === "")?.channel_id ?? "") : chosen
  const channel = useQuery({ ...channelQuery(id), enabled: id !== "" })
  if (error !== null) return <Failed error={error} />
  if (channels === undefined) return <Loading />
  if (id === "") {
    return (
      <Empty title="There is no channel yet">
        <p>Write your first message: it makes one, and here you see what its agents may reach.</p>
      </Empty>
    )
  }
  return (
    <>
      <div className="reach-of">
        <ChannelSelect channels={channels} value={id} none="Choose one" onChange={setChosen} />
      </div>
      {channel.error !== null && <Failed error={channel.error} onRetry={() => void channel.refetch()} />}
      {channel.data !== undefined && (
        <>
          <Hosts key={`hosts ${id}`} channel={channel.data} />
          <Rules id={id} />
          <Unattended key={`unattended ${id}`} channel={channel.data} />
        </>
      )}
    </>
  )
}
