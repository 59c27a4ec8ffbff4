/** Reads a request's body: JSON, or a form with files and the JSON beside them. */
import type { IncomingMessage } from "node:http"
import type { Json } from "../world/Model.ts"
import type { Upload } from "../world/Messages.ts"

export interface Body {
  readonly body: Json | ReadonlyArray<Json> | undefined
  readonly files: ReadonlyMap<string, Upload>
}

const parse = (text: string) => (text === "" ? undefined : (JSON.parse(text) as Json | ReadonlyArray<Json>))

const form = async (bytes: Buffer, type: string): Promise<Body> => {
  const read = await new Response(new Uint8Array(bytes), { headers: { "content-type": type } }).formData()
  const files = new Map<string, Upload>()
  let body: Body["body"]
  for (const [name, value] of read) {
    if (name === "payload_json") body = parse(typeof value === "string" ? value : await value.text())
    const number = /^files\[(\d+)\]$/.exec(name)?.[1]
    if (number === undefined || typeof value === "string") continue
    files.set(number, {
      filename: value.name,
      bytes: new Uint8Array(await value.arrayBuffer()),
      contentType: value.type === "" ? undefined : value.type
    })
  }
  return { body, files }
}

/** Undefined when it is none. */
export const readBody = async (request: IncomingMessage): Promise<Body | undefined> => {
  const pieces: Array<Buffer> = []
  for await (const piece of request) pieces.push(piece as Buffer)
  const bytes = Buffer.concat(pieces)
  const type = request.headers["content-type"] ?? ""
  try {
    return type.startsWith("multipart/form-data")
      ? await form(bytes, type)
      : { body: parse(bytes.toString("utf8")), files: new Map() }
  } catch {
    return undefined
  }
}
