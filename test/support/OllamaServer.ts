/** An Ollama over HTTP whose vectors are known: texts with the same words, or words of the same meaning, lie close together. */
import { createServer, type IncomingMessage } from "node:http"
import type { AddressInfo } from "node:net"
import { Effect } from "effect"

export interface Embedding {
  readonly model: string
  readonly input: ReadonlyArray<string>
}

/** Words of one meaning. */
const meanings: ReadonlyArray<ReadonlyArray<string>> = [
  ["car", "automobile", "vehicle"],
  ["deploy", "release", "rollout"],
  ["lunch", "food", "meal"]
]

const bodyOf = async (request: IncomingMessage) => {
  let text = ""
  for await (const piece of request) text += String(piece)
  return JSON.parse(text) as Embedding
}

const slotOf = (word: string, dimensions: number): number => {
  const meaning = meanings.findIndex((words) => words.includes(word))
  if (meaning !== -1) return meaning
  let hash = 7
  for (const letter of word) hash = (hash * 31 + letter.charCodeAt(0)) % 65_521
  return meanings.length + (hash % (dimensions - meanings.length))
}

const vectorOf = (text: string, dimensions: number): ReadonlyArray<number> => {
  const vector = Array.from({ length: dimensions }, () => 0)
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) vector[slotOf(word, dimensions)]! += 1
  return vector
}

export const make = Effect.gen(function* () {
  const requests: Array<Embedding> = []
  const ollama = {
    requests,
    /** What `ollama list` shows, with the length of its vectors. */
    models: new Map([
      ["nomic-embed-text:latest", 4999],
      ["tiny:latest", 997]
    ]),
    /** The status of the answer to this request, where it is not to be 200. */
    refuse: undefined as ((asked: Embedding) => number | undefined) | undefined,
    /** Nothing is answered. */
    silent: false,
    /** What becomes of the vectors of an answer. */
    twist: (vectors: ReadonlyArray<ReadonlyArray<number>>) => vectors,
    /** Where every request is sent on to. */
    elsewhere: undefined as string | undefined,
    url: ""
  }
  const server = createServer(async (request, response) => {
    const answer = (status: number, body: unknown) => response.writeHead(status).end(JSON.stringify(body))
    if (ollama.elsewhere !== undefined) {
      return response.writeHead(307, { location: `${ollama.elsewhere}${request.url}` }).end()
    }
    if (request.url === "/api/tags") return answer(200, { models: [...ollama.models.keys()].map((name) => ({ name })) })
    const asked = await bodyOf(request)
    requests.push(asked)
    if (ollama.silent) return
    const dimensions = ollama.models.get(asked.model.includes(":") ? asked.model : `${asked.model}:latest`)
    if (dimensions === undefined)
      return answer(404, { error: `model "${asked.model}" not found, try pulling it first` })
    const status = ollama.refuse?.(asked)
    if (status !== undefined) return answer(status, { error: "it broke" })
    return answer(200, { embeddings: ollama.twist(asked.input.map((text) => vectorOf(text, dimensions))) })
  })
  yield* Effect.acquireRelease(
    Effect.callback<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
    () => Effect.sync(() => (server.closeAllConnections(), server.close()))
  )
  ollama.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return ollama
})
