/** Something of an import failed; the predecessor's home is as it was. `message` is a sentence and the next step. */
import { Effect, Schema } from "effect"

export class ImportFailed extends Schema.TaggedError<ImportFailed>()("ImportFailed", {
  path: Schema.String,
  message: Schema.String
}) {}

export const codeOf = (cause: unknown): string => {
  const code = (cause as { readonly code?: unknown } | null | undefined)?.code
  return typeof code === "string" ? code : ""
}

/** What would befall everything else as well. */
export const isGeneral = (cause: unknown): boolean =>
  ["ENOSPC", "EDQUOT", "EIO", "EROFS", "EMFILE", "ENFILE"].includes(codeOf(cause))

export const why = (cause: unknown): string => {
  const code = codeOf(cause)
  if (code === "ELOOP" || code === "ENOTDIR") return "it is reached through a link"
  if (code === "ENOSPC" || code === "EDQUOT") return "the disk is full"
  if (code === "EROFS") return "it cannot be written to"
  if (code === "EACCES" || code === "EPERM") return "you may not read or write there"
  return code === "" && cause instanceof Error ? cause.message : code || String(cause)
}

export const attempt = <A>(path: string, what: string, act: () => Promise<A>) =>
  Effect.tryPromise({
    try: act,
    catch: (cause) =>
      new ImportFailed({ path, message: `${path} ${what} (${why(cause)}). Mend that, then run the import again.` })
  })
