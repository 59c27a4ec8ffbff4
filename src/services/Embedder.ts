/** Text as vectors, so that what means the same lies close together. */
import { Context, Schema, type Effect } from "effect"
import * as Words from "../domain/memory/Words.ts"

/** `unreachable`: nothing answers; `no_model`: it does not have the model; `failed`: see `detail`. */
export class EmbedderError extends Schema.TaggedError<EmbedderError>()("EmbedderError", {
  reason: Schema.Literals(["unreachable", "no_model", "failed"]),
  url: Schema.String,
  model: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return Words.embedder(this.reason, this.url, this.model, this.detail)
  }
}

/** Where it is and what it embeds with. */
export interface EmbedderSpec {
  readonly url: string
  readonly model: string
}

export class Embedder extends Context.Service<
  Embedder,
  {
    /** A vector for each text, all of one length, which the model decides. One request; give up to 16 texts. */
    readonly embed: (
      spec: EmbedderSpec,
      texts: ReadonlyArray<string>
    ) => Effect.Effect<ReadonlyArray<Float32Array>, EmbedderError>
    /** Whether it answers and has the model; embeds nothing. */
    readonly check: (spec: EmbedderSpec) => Effect.Effect<void, EmbedderError>
  }
>()("loop/services/Embedder") {}
