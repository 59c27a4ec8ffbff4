/** Gives somebody a role in a channel. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { type FormEvent, useState } from "react"
import { call } from "../../api/client.ts"
import { channelsQuery } from "../../api/queries.ts"
import { Button } from "../../ui/Button.tsx"
import { Card } from "../../ui/Card.tsx"
import { Field } from "../../ui/Field.tsx"
import { Failed } from "../../ui/States.tsx"

export const GiveRole = () => {
  const client = useQueryClient()
  const { data: channels = [] } = useQuery(channelsQuery)
  // On the page itself, people are who they are by their token.
  const places = channels.filter(({ platform }) => platform !== "local")
  const [channel, setChannel] = useState("")
  const [kind, setKind] = useState<"user" | "role">("user")
  const [id, setId] = useState("")
  const [role, setRole] = useState<"owner" | "member">("member")
  const channel_id = channel === "" ? (places[0]?.channel_id ?? "") : channel
  const give = useMutation({
    mutationFn: () => call("POST /api/access", { body: { channel_id, kind, id: id.trim(), role } }),
    onSuccess: () => setId(""),
    onSettled: () => client.invalidateQueries({ queryKey: ["access"] })
  })
  if (places.length === 0) return null
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (id.trim() !== "") give.mutate()
  }
  return (
    <Card title="Give a role">
      <form className="form abreast" onSubmit={submit}>
        <Field label="Channel">
          <select className="input" value={channel_id} onChange={(event) => setChannel(event.target.value)}>
            {places.map((place) => (
              <option key={place.channel_id} value={place.channel_id}>
                {place.name} ({place.platform})
              </option>
            ))}
          </select>
        </Field>
        <Field label="To">
          <select
            className="input"
            value={kind}
            onChange={(event) => setKind(event.target.value === "role" ? "role" : "user")}
          >
            <option value="user">one person</option>
            <option value="role">everybody with a role</option>
          </select>
        </Field>
        <Field label="Id" help="As the platform writes it: a number, on Discord.">
          <input
            className="input"
            value={id}
            required
            maxLength={100}
            autoComplete="off"
            onChange={(event) => setId(event.target.value)}
          />
        </Field>
        <Field label="As">
          <select
            className="input"
            value={role}
            onChange={(event) => setRole(event.target.value === "owner" ? "owner" : "member")}
          >
            <option value="member">member</option>
            <option value="owner">owner</option>
          </select>
        </Field>
        <Button look="primary" type="submit" disabled={give.isPending || id.trim() === ""}>
          Give it
        </Button>
      </form>
      {give.error !== null && <Failed error={give.error} />}
    </Card>
  )
}
