/** A choice of channel, threads below theirs. */
import type { ChannelEntry } from "../api/client.ts"
import { inOrder, treeOf } from "../channels/tree.ts"
import { Field } from "./Field.tsx"

interface Props {
  readonly channels: ReadonlyArray<ChannelEntry>
  readonly value: string
  readonly onChange: (id: string) => void
  /** What stands for no channel. */
  readonly none: string
  readonly label?: string
  readonly problem?: string | undefined
}

export const ChannelSelect = ({ channels, label = "Channel", none, onChange, problem, value }: Props) => (
  <Field label={label} problem={problem}>
    <select className="input" value={value} onChange={({ target }) => onChange(target.value)}>
      <option value="">{none}</option>
      {value !== "" && !channels.some(({ channel_id }) => channel_id === value) && (
        <option value={value}>{value}</option>
      )}
      {inOrder(treeOf(channels, value)).map(({ channel_id, name, parent_id }) => (
        <option key={channel_id} value={channel_id}>
          {parent_id === "" ? name : `— ${name}`}
        </option>
      ))}
    </select>
  </Field>
)
