/** The hosts that a channel's boxes may reach, by whose word, and the channel's own list to change. */
import { useMutation, useQuery } from "@tanstack/react-query"
import { X } from "lucide-react"
import { type FormEvent, useState } from "react"
import { call, type Channel, type Network } from "../../api/client.ts"
import { queries } from "../../api/queries.ts"
import { Button, IconButton } from "../../ui/Button.tsx"
import { Badge, Card } from "../../ui/Card.tsx"
import { Field } from "../../ui/Field.tsx"
import { Failed, Loading } from "../../ui/States.tsx"

const modes: Readonly<Record<Network["mode"], readonly [name: string, meaning: string]>> = {
  none: ["no network", "Its boxes reach nothing but the model."],
  allowlist: ["listed hosts", "Its boxes reach the hosts below. What else they try is refused, and you are asked."],
  open: ["every public host", "Its boxes reach whatever is on the internet, and nothing private."]
}

type Entry = Network["allow"][number]

const origins: Readonly<Record<Entry["from"], string>> = {
  standard: "always",
  configuration: "config.json",
  channel: "this channel",
  thread: "this thread",
  project: "its project, approved"
}

interface LineProps {
  readonly entry: Entry
  readonly busy: boolean
  readonly onTake?: () => void
}

const Line = ({ busy, entry: { entry, from, hosts }, onTake }: LineProps) => (
  <li>
    {hosts === undefined ? (
      <code>{entry}</code>
    ) : (
      <details>
        <summary>
          <code>{entry}</code> <span className="dim small">{hosts.length} hosts</span>
        </summary>
        <p className="bundle-hosts small">{hosts.join(", ")}</p>
      </details>
    )}
    {entry.startsWith("!") && <Badge tone="warn">taken out</Badge>}
    <span className="dim small host-from">{origins[from]}</span>
    {onTake !== undefined && (
      <IconButton label={`Take ${entry} from the list`} onClick={onTake} disabled={busy}>
        <X aria-hidden size={16} />
      </IconButton>
    )}
  </li>
)

export const Hosts = ({ channel }: { readonly channel: Channel }) => {
  const id = channel.channel_id
  const { data, error } = useQuery({
    queryKey: ["channel", id, "network"],
    queryFn: () => call("GET /api/channels/{id}/network", { path: { id } })
  })
  const [wanted, setWanted] = useState("")
  const own = channel.settings.network
  const change = useMutation({
    // One after another, each on what is there by then: the list as it was shown may be an older one.
    scope: { id: `hosts of ${id}` },
    mutationFn: async (change: (allow: ReadonlyArray<string>) => ReadonlyArray<string>) => {
      const { settings } = await call("GET /api/channels/{id}", { path: { id } })
      const allow = change(settings.network?.allow ?? [])
      const network = { host_services: [], ...settings.network, allow }
      return call("PATCH /api/channels/{id}", { path: { id }, body: { settings: { network } } })
    },
    onSuccess: () => setWanted(""),
    onSettled: () => queries.invalidateQueries({ queryKey: ["channel", id] })
  })
  const mine = own?.allow ?? []
  const add = (event: FormEvent) => {
    event.preventDefault()
    const entry = wanted.trim()
    if (entry !== "" && !mine.includes(entry)) change.mutate((all) => (all.includes(entry) ? all : [...all, entry]))
  }
  const isOwn = ({ entry, from }: Entry) => from !== "configuration" && from !== "standard" && mine.includes(entry)
  return (
    <Card
      title="Hosts"
      actions={data && <Badge tone={data.mode === "open" ? "warn" : ""}>{modes[data.mode][0]}</Badge>}
    >
      {error !== null && <Failed error={error} />}
      {data === undefined && error === null && <Loading />}
      {data !== undefined && (
        <>
          <p className="dim">{modes[data.mode][1]}</p>
          <ul className="hosts plain" aria-label="Hosts that may be reached">
            {data.allow.map((entry) => (
              <Line
                key={entry.entry}
                entry={entry}
                busy={change.isPending}
                {...(isOwn(entry) && {
                  onTake: () => change.mutate((all) => all.filter((each) => each !== entry.entry))
                })}
              />
            ))}
          </ul>
          {data.host_services.length > 0 && (
            <p className="dim">
              Ports of this machine: <code>{data.host_services.join(", ")}</code>
            </p>
          )}
          {data.read_only_public && <p className="dim">Any public page may be read, without sending anything there.</p>}
        </>
      )}
      <form className="form abreast" onSubmit={add}>
        <Field label="Let through" help="A host, *.host, host:port or bundle:docs; with ! in front it is taken out.">
          <input
            className="input mono"
            value={wanted}
            placeholder="docs.example.org"
            autoComplete="off"
            spellCheck={false}
            onChange={({ target }) => setWanted(target.value)}
          />
        </Field>
        <Button type="submit" disabled={change.isPending || wanted.trim() === ""}>
          Add
        </Button>
      </form>
      {change.error !== null && <Failed error={change.error} />}
    </Card>
  )
}
