/** Pictures of other hosts, fetched by the server for a person who wants to see one. */
import { Context, Schema, type Effect } from "effect"

/**
 * `not_picture`: no PNG, JPEG, GIF or WebP; `inner`: the address is none of the internet's; `too_large`;
 * `unreachable`: nobody answered, or not with a picture.
 */
export class PictureError extends Schema.TaggedError<PictureError>()("PictureError", {
  reason: Schema.Literals(["not_picture", "inner", "too_large", "unreachable"]),
  detail: Schema.String
}) {
  override get message() {
    return `A picture could not be fetched (${this.reason}): ${this.detail}`
  }
}

export interface Picture {
  readonly mime: "image/png" | "image/jpeg" | "image/gif" | "image/webp"
  readonly bytes: Uint8Array<ArrayBuffer>
}

export class Pictures extends Context.Service<
  Pictures,
  {
    /** Only what is on the internet, by HTTP and HTTPS at their own ports. Nothing of who asks is told there. */
    readonly fetch: (url: string) => Effect.Effect<Picture, PictureError>
  }
>()("loop/services/Pictures") {}
