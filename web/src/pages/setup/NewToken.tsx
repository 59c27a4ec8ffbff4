/** Makes a token, and shows its secret this one time. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { type FormEvent, useState } from "react"
import { call, Problem } from "../../api/client.ts"
import { channelsQuery } from "../../api/queries.ts"
import { Button } from "../../ui/Button.tsx"
import { Dialog } from "../../ui/Dialog.tsx"
import { Field } from "../../ui/Field.tsx"
import { Failed } from "../../ui/States.tsx"
import { CodeBlock } from "../../markdown/CodeBlock.tsx"

const accesses = [
  ["read", "read: see what is said and done"],
  ["write", "write: also talk to the agent"],
  ["admin", "admin: also change settings and people"]
] as const
type Access = (typeof accesses)[number][0]

const days = [
  ["", "never"],
  ["7", "in a week"],
  ["30", "in a month"],
  ["365", "in a year"]
] as const

const Secret = ({ onClose, secret }: { readonly secret: string; readonly onClose: () => void }) => (
  <Dialog title="The token" onClose={onClose}>
    <div className="form">
      <p>Copy it now: it is shown this once, and stored here only as a hash.</p>
      <CodeBlock code={secret} language="" />
      <div className="dialog-buttons">
        <Button look="primary" onClick={onClose}>
          I have it
        </Button>
      </div>
    </div>
  </Dialog>
)

export const NewToken = ({ onClose }: { readonly onClose: () => void }) => {
  const client = useQueryClient()
  const { data: channels = [] } = useQuery(channelsQuery)
  const [name, setName] = useState("")
  const [channel, setChannel] = useState("*")
  const [access, setAccess] = useState<Access>("read")
  const [ends, setEnds] = useState("")
  const make = useMutation({
    mutationFn: () => {
      const expires_at = new Date(Date.now() + Number(ends) * 86_400_000).toISOString()
      const scope = { channels: [channel], access }
      return call("POST /api/tokens", { body: { name: name.trim(), scope, ...(ends !== "" && { expires_at }) } })
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ["tokens"] })
  })
  if (make.data !== undefined) return <Secret secret={make.data.secret} onClose={onClose} />
  const { error } = make
  const fields = error instanceof Problem ? error.fields : {}
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (name.trim() !== "") make.mutate()
  }
  return (
    <Dialog title="New token" onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <Field label="Name" help="Who or what it is for." problem={fields["name"]}>
          <input
            className="input"
            value={name}
            required
            maxLength={100}
            autoComplete="off"
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        <Field label="It may">
          <select
            className="input"
            value={access}
            onChange={(event) => setAccess(accesses.find(([each]) => each === event.target.value)?.[0] ?? "read")}
          >
            {accesses.map(([each, said]) => (
              <option key={each} value={each}>
                {said}
              </option>
            ))}
          </select>
        </Field>
        <Field label="In">
          <select className="input" value={channel} onChange={(event) => setChannel(event.target.value)}>
            <option value="*">every channel</option>
            {channels.map((each) => (
              <option key={each.channel_id} value={each.channel_id}>
                {each.name}
              </option>
            ))}
          </select>
        </Field>
        <Field label="It ends">
          <select className="input" value={ends} onChange={(event) => setEnds(event.target.value)}>
            {days.map(([each, said]) => (
              <option key={each} value={each}>
                {said}
              </option>
            ))}
          </select>
        </Field>
        {error !== null && Object.keys(fields).length === 0 && <Failed error={error} />}
        <div className="dialog-buttons">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={make.isPending || name.trim() === ""}>
            Make the token
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
