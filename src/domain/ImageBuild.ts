/** A build of the agents' image as it goes on, from the lines that the engine tells of it. Pure. */
import { Schema } from "effect"

export const ImageBuild = Schema.Struct({
  image: Schema.String,
  state: Schema.Literals(["building", "built", "failed"]),
  /** `Step 3/12` of the engine; null before the first. */
  step: Schema.NullOr(Schema.Struct({ at: Schema.Int, of: Schema.Int, name: Schema.String })),
  lines: Schema.Array(Schema.String).annotate({ description: "The last of them, oldest first." }),
  /** Epoch milliseconds. */
  started_at: Schema.Int,
  ended_at: Schema.NullOr(Schema.Int)
})
export type ImageBuild = typeof ImageBuild.Type

/** Lines that are kept. */
const most = 200
/** UTF-16 units of one line. */
const longest = 500

export const begun = (image: string, at: number): ImageBuild => ({
  image,
  state: "building",
  step: null,
  lines: [],
  started_at: at,
  ended_at: null
})

const layerOf = (line: string | undefined) => /^[0-9a-f]{12}(?=: )/.exec(line ?? "")?.[0]

/** A layer that is fetched tells of its progress again and again: the last word of each is kept, where it stood. */
const withLine = (lines: ReadonlyArray<string>, line: string): ReadonlyArray<string> => {
  const layer = layerOf(line)
  const at = layer === undefined ? -1 : lines.findLastIndex((each) => layerOf(each) === layer)
  return at === -1 ? [...lines, line].slice(-most) : lines.with(at, line)
}

export const told = (build: ImageBuild, text: string): ImageBuild => {
  const line = text.slice(0, longest)
  const [, at, of, name = ""] = /^Step (\d+)\/(\d+) : (.*)/.exec(line) ?? []
  return {
    ...build,
    lines: withLine(build.lines, line),
    step: at === undefined ? build.step : { at: Number(at), of: Number(of), name }
  }
}

export const ended = (build: ImageBuild, state: "built" | "failed", at: number): ImageBuild => ({
  ...build,
  state,
  ended_at: at
})
