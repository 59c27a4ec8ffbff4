/** What is said of messages that could not be taken as they were written. */

const mebibytes = (bytes: number): string => `${Math.max(0.1, Math.round((bytes / 1_048_576) * 10) / 10)} MiB`

export const fileTooLarge = (name: string, size: number, limitMb: number): string =>
  `${name} (${mebibytes(size)}) was not taken: files may be ${limitMb} MiB at most (attachment_max_mb).`

export const fileNotRead = (name: string): string => `${name} could not be fetched; send it again.`

export const filesNotKept = (names: ReadonlyArray<string>): string =>
  `${names.join(", ")} could not be kept: something that is no directory of its own stands at .loop/inbox in the work directory. Remove it, then send the files again.`

export const emptyCall = "The message is empty: write what I should do."

/** Said where nothing can be stored, also not this. */
export const notStored =
  "Your message could not be stored because storage failed; the server's log tells why. Send it again later."
