/** Which runs are listed; the address keeps it, so that it can be sent to somebody and come back to. */
import { useQuery } from "@tanstack/react-query"
import { getRouteApi } from "@tanstack/react-router"
import { call, type ChannelEntry } from "../../api/client.ts"
import { changed } from "../../lib/changed.ts"
import { Button } from "../../ui/Button.tsx"
import { Field } from "../../ui/Field.tsx"
import { stateNames } from "./RunState.tsx"
import { ChannelSelect } from "../../ui/ChannelSelect.tsx"
import { ends, type RunsSearch } from "./search.ts"

const route = getRouteApi("/runs")

const short = (text: string) => (text.length > 60 ? `${text.slice(0, 60)}…` : text)

export const Filters = ({ channels }: { readonly channels: ReadonlyArray<ChannelEntry> }) => {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const { data: tasks = [] } = useQuery({ queryKey: ["tasks", "all"], queryFn: () => call("GET /api/tasks") })
  const set = (change: { readonly [K in keyof RunsSearch]: RunsSearch[K] | undefined }) =>
    void navigate({
      search: (before) => changed(before, change),
      replace: true
    })
  return (
    <search className="runs-filters" aria-label="Which runs are listed">
      <ChannelSelect
        channels={channels}
        value={search.channel ?? ""}
        none="All channels"
        onChange={(id) => set({ channel: id === "" ? undefined : id })}
      />
      <Field label="Ended as">
        <select
          className="input"
          value={search.status ?? ""}
          onChange={({ target }) => set({ status: ends.find((end) => end === target.value) })}
        >
          <option value="">Anything</option>
          {ends.map((end) => (
            <option key={end} value={end}>
              {stateNames[end]}
            </option>
          ))}
        </select>
      </Field>
      <Field label="Task">
        <select
          className="input"
          value={search.task ?? ""}
          onChange={({ target }) => set({ task: Number(target.value) || undefined })}
        >
          <option value="">Any or none</option>
          {search.task !== undefined && !tasks.some(({ id }) => id === search.task) && (
            <option value={search.task}>Task {search.task}</option>
          )}
          {tasks.map(({ id, prompt }) => (
            <option key={id} value={id}>
              {id}: {short(prompt)}
            </option>
          ))}
        </select>
      </Field>
      <Button
        look="text"
        disabled={Object.keys(search).length === 0}
        onClick={() => set({ channel: undefined, status: undefined, task: undefined })}
      >
        Clear
      </Button>
    </search>
  )
}
