/** Requests as they came. */
import type { Json } from "../world/Model.ts"
import type { Upload } from "../world/Messages.ts"

export interface Logged {
  readonly method: string
  /** Below `/api/v10`. */
  readonly path: string
  /** As Discord's documentation writes it: `/channels/{channel_id}/messages`; the path itself, when there is none. */
  readonly route: string
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** The JSON body, also of a form with files; undefined when there is none. */
  readonly body: Json | ReadonlyArray<Json> | undefined
  /** By the number in their field's name. */
  readonly files: ReadonlyMap<string, Upload>
  readonly authorization: string | undefined
  /** Epoch milliseconds. */
  readonly at: number
  /** Absent while it is not answered, 0 when the connection was cut. */
  status?: number
}
