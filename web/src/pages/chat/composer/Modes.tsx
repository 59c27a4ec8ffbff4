/** What holds in this channel, under the input: model, what the agent may do, what new messages do to its work. */
import { useQuery } from "@tanstack/react-query"
import type { ChangeEvent } from "react"
import { channelQuery, queries } from "../../../api/queries.ts"
import { act } from "../problem.ts"
import { busyModes, models, permissionModes } from "../settings.ts"

interface PickerProps {
  readonly name: string
  readonly value: string
  readonly options: ReadonlyArray<readonly [value: string, name: string]>
  readonly onPick: (value: string) => void
}

const Picker = ({ name, onPick, options, value }: PickerProps) => (
  <label>
    <select
      className="mode"
      aria-label={name}
      title={name}
      value={value}
      onChange={(event: ChangeEvent<HTMLSelectElement>) => onPick(event.target.value)}
    >
      {options.map(([each, label]) => (
        <option key={each} value={each}>
          {label}
        </option>
      ))}
    </select>
  </label>
)

export const Modes = ({ id }: { readonly id: string }) => {
  const { data: channel } = useQuery(channelQuery(id))
  if (channel === undefined) return null
  const set = async (body: Readonly<Record<string, string | null>>) => {
    const { ok } = await act("PATCH /api/channels/{id}", { path: { id }, body })
    if (ok) await queries.invalidateQueries({ queryKey: ["channel", id] })
  }
  const model = channel.settings.claude_model ?? ""
  const known = new Set(["", ...models])
  const modelNames: ReadonlyArray<readonly [string, string]> = [
    ["", model === "" && channel.claude_model !== "" ? channel.claude_model : "Usual model"],
    ...models.map((each) => [each, each] as const),
    ...(known.has(model) ? [] : [[model, model] as const])
  ]
  return (
    <>
      <Picker
        name="Model"
        value={model}
        options={modelNames}
        onPick={(value) => void set({ claude_model: value === "" ? null : value })}
      />
      <Picker
        name="What the agent may do"
        value={channel.permission_mode}
        options={Object.entries(permissionModes)}
        onPick={(permission_mode) => void set({ permission_mode })}
      />
      <Picker
        name="While it is at work"
        value={channel.busy}
        options={Object.entries(busyModes)}
        onPick={(busy) => void set({ busy })}
      />
    </>
  )
}
