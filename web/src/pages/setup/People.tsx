/** Who may do what: given by the configuration, by a code, and in channels; the last can be changed here. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { X } from "lucide-react"
import { call, type Grants } from "../../api/client.ts"
import { IconButton } from "../../ui/Button.tsx"
import { Badge, Card } from "../../ui/Card.tsx"
import { Empty, Failed, Loading } from "../../ui/States.tsx"
import { GiveRole } from "./GiveRole.tsx"

interface Held {
  readonly kind: "user" | "role"
  readonly id: string
  readonly role: "owner" | "member"
}

const heldIn = ({ members, owners }: Grants): ReadonlyArray<Held> => [
  ...owners.users.map((id) => ({ kind: "user" as const, id, role: "owner" as const })),
  ...owners.roles.map((id) => ({ kind: "role" as const, id, role: "owner" as const })),
  ...members.users.map((id) => ({ kind: "user" as const, id, role: "member" as const })),
  ...members.roles.map((id) => ({ kind: "role" as const, id, role: "member" as const }))
]

const Holders = ({ grants, onTake }: { readonly grants: Grants; readonly onTake?: (held: Held) => void }) => (
  <ul className="held plain">
    {heldIn(grants).map((held) => (
      <li key={`${held.kind} ${held.id}`}>
        <Badge tone={held.role === "owner" ? "accent" : ""}>{held.role}</Badge>
        <span>
          {held.kind === "role" ? "everybody with the role " : ""}
          <code>{held.id}</code>
        </span>
        {onTake !== undefined && (
          <IconButton label={`Take the role of ${held.id}`} onClick={() => onTake(held)}>
            <X aria-hidden size={16} />
          </IconButton>
        )}
      </li>
    ))}
  </ul>
)

export const People = () => {
  const client = useQueryClient()
  const { data, error, refetch } = useQuery({ queryKey: ["access"], queryFn: () => call("GET /api/access") })
  const take = useMutation({
    mutationFn: ({ channel_id, id, kind }: Pick<Held, "id" | "kind"> & { readonly channel_id: string }) =>
      call("POST /api/access", { body: { channel_id, id, kind, role: null } }),
    onSettled: () => client.invalidateQueries({ queryKey: ["access"] })
  })
  if (error !== null) return <Failed error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <Loading />
  const everywhere = [
    ["By the configuration", data.config, "Change them in config.json, under permissions."],
    ["By a code", data.everywhere, "Whoever claimed this installation owns all of it."]
  ] as const
  const held = everywhere.filter(([, grants]) => heldIn(grants).length > 0)
  return (
    <>
      {take.error !== null && <Failed error={take.error} />}
      <Card title="Everywhere">
        {held.length === 0 && (
          <p className="dim">
            Nobody yet. On a chat platform, <code>/loop claim</code> with the code that the server prints makes the
            first owner; here, whoever holds the owner’s token may do everything.
          </p>
        )}
        {held.map(([name, grants, help]) => (
          <section key={name} className="held-by">
            <h3>{name}</h3>
            <Holders grants={grants} />
            <p className="dim small">{help}</p>
          </section>
        ))}
      </Card>
      <Card title="In channels">
        {data.channels.length === 0 && (
          <Empty title="No channel has people of its own">
            <p>
              Give somebody a role in one below, or with the buttons of the card that owners see when a stranger calls.
            </p>
          </Empty>
        )}
        {data.channels.map(({ channel_id, grants, name, platform }) => (
          <section key={channel_id} className="held-by">
            <h3>
              {name} <span className="dim small">{platform}</span>
            </h3>
            <Holders grants={grants} onTake={({ id, kind }) => take.mutate({ channel_id, id, kind })} />
          </section>
        ))}
      </Card>
      <GiveRole />
    </>
  )
}
