/** What people answered with "Always" in a channel, to be taken back. */
import { useMutation, useQuery } from "@tanstack/react-query"
import { call } from "../../api/client.ts"
import { queries } from "../../api/queries.ts"
import { Button } from "../../ui/Button.tsx"
import { Card } from "../../ui/Card.tsx"
import { Failed, Loading } from "../../ui/States.tsx"
import { Table } from "../../ui/Table.tsx"
import { Time } from "../../ui/Time.tsx"

export const Rules = ({ id }: { readonly id: string }) => {
  const queryKey = ["rules", id]
  const { data, error } = useQuery({
    queryKey,
    queryFn: () => call("GET /api/channels/{id}/rules", { path: { id } })
  })
  const revoke = useMutation({
    mutationFn: (rule_id: string) => call("DELETE /api/channels/{id}/rules/{rule_id}", { path: { id, rule_id } }),
    onSettled: () => queries.invalidateQueries({ queryKey })
  })
  return (
    <Card title="Always allowed">
      {error !== null && <Failed error={error} />}
      {revoke.error !== null && <Failed error={revoke.error} />}
      {data === undefined && error === null && <Loading />}
      {data?.length === 0 && (
        <p className="dim">Nothing yet. Whoever answers an agent’s question with “Always” makes a rule, listed here.</p>
      )}
      {data !== undefined && data.length > 0 && (
        <Table
          caption="Rules"
          rows={data}
          keyOf={(rule) => rule.id}
          columns={[
            { name: "What", cell: ({ rule }) => <code className="rule">{rule}</code> },
            { name: "By", cell: ({ made_by }) => made_by ?? "the owner" },
            { name: "Since", cell: ({ made_at }) => <Time at={made_at} /> },
            {
              name: "Take it back",
              cell: ({ id: rule_id, rule }) => (
                <Button
                  tiny
                  disabled={revoke.isPending}
                  aria-label={`Revoke ${rule}`}
                  onClick={() => revoke.mutate(rule_id)}
                >
                  Revoke
                </Button>
              )
            }
          ]}
        />
      )}
    </Card>
  )
}
