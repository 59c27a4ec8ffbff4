/** What more than one part of the setup reads. */
import { queryOptions } from "@tanstack/react-query"
import { call } from "../../api/client.ts"

/** It starts a program that looks at everything: not again for a while. */
export const doctorQuery = queryOptions({
  queryKey: ["doctor"],
  queryFn: () => call("GET /api/doctor"),
  staleTime: 60_000
})

export const healthQuery = queryOptions({
  queryKey: ["health"],
  queryFn: () => call("GET /health"),
  refetchInterval: 10_000
})
