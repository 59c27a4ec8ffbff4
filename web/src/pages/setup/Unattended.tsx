/** What becomes of a question when a task or a webhook began the run and nobody may be there. */
import { useMutation } from "@tanstack/react-query"
import { call, type Channel } from "../../api/client.ts"
import { queries } from "../../api/queries.ts"
import { Card } from "../../ui/Card.tsx"
import { Field } from "../../ui/Field.tsx"
import { Failed } from "../../ui/States.tsx"

type Unattended = Channel["unattended_permissions"]

const names: Readonly<Record<Unattended, string>> = {
  deny: "Is denied",
  allow_listed: "Is allowed where a rule above allows it, else denied",
  ask: "Waits for a person, as long as questions do"
}

const isOne = (value: string): value is Unattended => value in names

export const Unattended = ({ channel }: { readonly channel: Channel }) => {
  const id = channel.channel_id
  const set = useMutation({
    mutationFn: (unattended_permissions: Unattended | null) =>
      call("PATCH /api/channels/{id}", { path: { id }, body: { settings: { unattended_permissions } } }),
    onSettled: () => queries.invalidateQueries({ queryKey: ["channel", id] })
  })
  return (
    <Card title="When nobody is there">
      <Field
        label="What a task’s or a webhook’s run asks for"
        help={`Now: ${names[channel.unattended_permissions].toLowerCase()}.`}
      >
        <select
          className="input"
          disabled={set.isPending}
          value={channel.settings.unattended_permissions ?? ""}
          onChange={({ target: { value } }) => set.mutate(isOne(value) ? value : null)}
        >
          <option value="">As configured</option>
          {Object.entries(names).map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
      </Field>
      {set.error !== null && <Failed error={set.error} />}
    </Card>
  )
}
