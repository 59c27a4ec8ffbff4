/** What project files ask for beyond their box, and what an owner decides about it. */
import { useMutation, useQueries, useQuery, useQueryClient } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import { call, type ProjectConfig } from "../../api/client.ts"
import { channelsQuery } from "../../api/queries.ts"
import { CodeBlock } from "../../markdown/CodeBlock.tsx"
import { Button } from "../../ui/Button.tsx"
import { Badge, Card } from "../../ui/Card.tsx"
import { Empty, Failed, Loading } from "../../ui/States.tsx"

const tones = { none: "", waiting: "warn", approved: "good", declined: "" } as const

const Project = ({
  asked,
  id,
  name
}: {
  readonly id: string
  readonly name: string
  readonly asked: ProjectConfig
}) => {
  const client = useQueryClient()
  const decide = useMutation({
    mutationFn: (decision: "approve" | "decline") =>
      decision === "approve"
        ? call("POST /api/channels/{id}/project-config/approve", { path: { id }, body: { hash: asked.hash ?? "" } })
        : call("POST /api/channels/{id}/project-config/decline", { path: { id }, body: { hash: asked.hash ?? "" } }),
    onSettled: () => client.invalidateQueries({ queryKey: ["project", id] })
  })
  return (
    <Card title={name} actions={<Badge tone={tones[asked.state]}>{asked.state}</Badge>}>
      <p>
        The file <code>{asked.directory}/.loop/config.json</code> asks for {(asked.keys ?? []).join(", ")}.{" "}
        <Link to="/c/$channel" params={{ channel: id }}>
          Open the channel
        </Link>
      </p>
      <CodeBlock language="diff" code={asked.difference ?? ""} />
      {decide.error !== null && <Failed error={decide.error} />}
      <div className="dialog-buttons">
        {asked.state !== "declined" && (
          <Button disabled={decide.isPending} onClick={() => decide.mutate("decline")}>
            {asked.state === "approved" ? "Take it back" : "Not now"}
          </Button>
        )}
        {asked.state !== "approved" && (
          <Button look="primary" disabled={decide.isPending} onClick={() => decide.mutate("approve")}>
            Approve exactly this
          </Button>
        )}
      </div>
    </Card>
  )
}

export const Projects = () => {
  const { data: channels, error } = useQuery(channelsQuery)
  const places = (channels ?? []).filter(({ dir_path }) => dir_path !== "")
  const each = useQueries({
    queries: places.map(({ channel_id: id }) => ({
      queryKey: ["project", id],
      queryFn: () => call("GET /api/channels/{id}/project-config", { path: { id } })
    }))
  })
  const failed = error ?? each.find((query) => query.error !== null)?.error ?? null
  const ready = channels !== undefined && each.every(({ isPending }) => !isPending)
  const asked = places.flatMap(({ channel_id, name }, at) => {
    const data = each[at]?.data
    return data === undefined || data.state === "none" ? [] : [{ channel_id, name, data }]
  })
  return (
    <>
      {failed !== null && <Failed error={failed} />}
      {!ready && failed === null && <Loading />}
      {ready && asked.length === 0 && (
        <Empty title="No project asks for anything">
          <p>
            A project’s own <code>.loop/config.json</code> may ask for mounts, another image or more of the network.
            Here you see it before it applies.
          </p>
        </Empty>
      )}
      {asked.map(({ channel_id, data, name }) => (
        <Project key={channel_id} id={channel_id} name={name} asked={data} />
      ))}
    </>
  )
}
