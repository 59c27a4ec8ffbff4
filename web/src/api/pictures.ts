/** Pictures of other hosts, by way of the server. */
import { Problem, refusalOf, unreachable } from "./client.ts"

/** An address of the browser's own for it, to be revoked; fails with a `Problem`. */
export const loadPicture = async (url: string): Promise<string> => {
  const response = await fetch("/api/pictures", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ url })
  }).catch(() => {
    throw new Problem(0, unreachable)
  })
  if (!response.ok) throw refusalOf(response.status, await response.text())
  return URL.createObjectURL(await response.blob())
}
