/** `/api/pictures`: a picture of another host for who clicked on it in the page. A POST, so that no link and no markup asks. */
import { Effect, Schema } from "effect"
import { Authorizer } from "../services/Authorizer.ts"
import { type PictureError, Pictures } from "../services/Pictures.ts"
import { Problem } from "./Problem.ts"
import { route } from "./Route.ts"

const sentences: Readonly<Record<PictureError["reason"], string>> = {
  not_picture: "That is no PNG, JPEG, GIF or WebP picture.",
  inner: "That picture is at a private or local address, where the server fetches nothing.",
  too_large: "That picture is larger than 8 MiB. Open its address in a tab of its own.",
  unreachable: "The picture could not be fetched. Open its address in a tab of its own, or try again."
}

const fetched = route(
  "POST",
  "/api/pictures",
  {
    summary: "A picture from another host: PNG, JPEG, GIF or WebP of 8 MiB at most, at no private address. For owners",
    body: Schema.Struct({ url: Schema.NonEmptyString.check(Schema.isMaxLength(2048)) }),
    answer: { status: 200, description: "The picture", mediaType: "image/*" },
    problems: [422]
  },
  function* ({ subject, body }) {
    yield* Authorizer.use((all) => all.authorize(subject, "administer", "*"))
    const { bytes, mime } = yield* Pictures.use((pictures) => pictures.fetch(body.url)).pipe(
      Effect.tapError((error) => Effect.logInfo(error.message)),
      Effect.mapError(
        ({ reason }) => new Problem({ status: 422, code: "picture", title: "No picture", detail: sentences[reason] })
      )
    )
    return new Response(bytes, { headers: { "content-type": mime } })
  }
)

export const pictureRoutes = [fetched]
