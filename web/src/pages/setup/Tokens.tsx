/** Tokens of programs and other people: made, seen once, taken back. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import { call, type Token } from "../../api/client.ts"
import { channelsQuery } from "../../api/queries.ts"
import { Button } from "../../ui/Button.tsx"
import { Badge, Card } from "../../ui/Card.tsx"
import { Confirm } from "../../ui/Dialog.tsx"
import { Empty, Failed, Loading } from "../../ui/States.tsx"
import { Table } from "../../ui/Table.tsx"
import { Time } from "../../ui/Time.tsx"
import { NewToken } from "./NewToken.tsx"

export const Tokens = () => {
  const client = useQueryClient()
  const { data, error, refetch } = useQuery({ queryKey: ["tokens"], queryFn: () => call("GET /api/tokens") })
  const { data: channels = [] } = useQuery(channelsQuery)
  const [making, setMaking] = useState(false)
  const [ending, setEnding] = useState<Token>()
  const revoke = useMutation({
    mutationFn: (id: string) => call("DELETE /api/tokens/{id}", { path: { id } }),
    onSettled: async () => {
      setEnding(undefined)
      await client.invalidateQueries({ queryKey: ["tokens"] })
    }
  })
  const names = new Map(channels.map(({ channel_id, name }) => [channel_id, name]))
  const reach = ({ scope }: Token) =>
    scope.channels.includes("*") ? "every channel" : scope.channels.map((id) => names.get(id) ?? id).join(", ")
  return (
    <Card
      title="Tokens"
      actions={
        <Button tiny look="primary" onClick={() => setMaking(true)}>
          New token
        </Button>
      }
    >
      {error !== null && <Failed error={error} onRetry={() => void refetch()} />}
      {revoke.error !== null && <Failed error={revoke.error} />}
      {data === undefined && error === null && <Loading />}
      {data?.length === 0 && (
        <Empty title="No tokens yet">
          <p>A token lets a program or another person in, as far as you say. Yours, the owner’s, is not listed.</p>
        </Empty>
      )}
      {data !== undefined && data.length > 0 && (
        <Table
          caption="Tokens"
          rows={data}
          keyOf={({ id }) => id}
          columns={[
            { name: "Name", cell: ({ name }) => name },
            {
              name: "May",
              cell: ({ scope }) => <Badge tone={scope.access === "admin" ? "warn" : ""}>{scope.access}</Badge>
            },
            { name: "In", cell: reach },
            { name: "Made", cell: ({ created_at }) => <Time at={created_at} /> },
            { name: "Ends", cell: ({ expires_at }) => (expires_at === undefined ? "never" : <Time at={expires_at} />) },
            {
              name: "Take it back",
              cell: (token) => (
                <Button tiny onClick={() => setEnding(token)} aria-label={`Revoke ${token.name}`}>
                  Revoke
                </Button>
              )
            }
          ]}
        />
      )}
      {making && <NewToken onClose={() => setMaking(false)} />}
      {ending !== undefined && (
        <Confirm
          title={`Revoke “${ending.name}”?`}
          act="Revoke"
          danger
          busy={revoke.isPending}
          onConfirm={() => revoke.mutate(ending.id)}
          onClose={() => setEnding(undefined)}
        >
          <p>Whatever uses it is shut out at once, and so are the tokens that were made with it.</p>
        </Confirm>
      )}
    </Card>
  )
}
