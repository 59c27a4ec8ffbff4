/** What a person can decide about a host that was refused; the run's journal tells what was decided. */
import { useMutation } from "@tanstack/react-query"
import { call, sentenceOf } from "../../api/client.ts"
import { Button } from "../../ui/Button.tsx"
import type { Reached } from "./egress.ts"

export const LetThrough = ({ ask, host }: Reached) => {
  const { data, error, isPending, mutate } = useMutation({
    mutationFn: ({ decision, id }: { readonly id: string; readonly decision: "once" | "channel" }) =>
      call("POST /api/hosts/{id}", { path: { id }, body: { decision } })
  })
  if (ask === undefined) return null
  const decide = (decision: "once" | "channel") => mutate({ id: ask, decision })
  return (
    <>
      <span className="let-through" role="group" aria-label={`Let ${host} through`}>
        <Button tiny disabled={isPending || data !== undefined} onClick={() => decide("channel")}>
          Allow for this channel
        </Button>
        <Button tiny disabled={isPending || data !== undefined} onClick={() => decide("once")}>
          For an hour
        </Button>
      </span>
      {error !== null && (
        <p className="field-problem" role="alert">
          {sentenceOf(error)}
        </p>
      )}
    </>
  )
}
