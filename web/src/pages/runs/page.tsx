/** What runs on this installation and what has run. */
import { useQuery } from "@tanstack/react-query"
import { useMemo } from "react"
import { channelsQuery } from "../../api/queries.ts"
import { Page } from "../../ui/Page.tsx"
import { Filters } from "./Filters.tsx"
import { History } from "./History.tsx"
import { Now } from "./Now.tsx"
import "./follow.ts"
import "./runs.css"

const none: ReadonlyArray<never> = []

export default function RunsPage() {
  const { data = none } = useQuery(channelsQuery)
  const channels = useMemo(() => new Map(data.map((channel) => [channel.channel_id, channel])), [data])
  return (
    <Page title="Runs">
      <Now channels={channels} />
      <h2 className="runs-part">History</h2>
      <Filters channels={data} />
      <History channels={channels} />
    </Page>
  )
}
