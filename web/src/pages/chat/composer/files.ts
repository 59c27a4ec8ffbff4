/** Files that go with the next message: what may go together, and how they are sent. */
import { Problem } from "../../../api/client.ts"
import { bytes } from "../../../lib/numbers.ts"

const mega = 1024 * 1024
/** A request may have 25 MiB; base64 makes four bytes of three, and the text needs room, too. */
const mostBytes = 18 * mega
const mostFiles = 20
const longestName = 255

const sum = (files: ReadonlyArray<File>) => files.reduce((total, { size }) => total + size, 0)
export const nameOf = ({ name }: File): string => (name || "file").slice(-longestName)

/** Why these cannot go together; undefined where they can. */
export const refusal = (files: ReadonlyArray<File>): string | undefined => {
  if (files.length > mostFiles) return `At most ${mostFiles} files go with a message: put them into an archive.`
  if (sum(files) <= mostBytes) return undefined
  const largest = files.toSorted((a, b) => b.size - a.size)[0]
  const alone = largest !== undefined && largest.size > mostBytes
  const what = alone
    ? `${nameOf(largest)} is too large (${bytes(largest.size)})`
    : `These files are too large together (${bytes(sum(files))})`
  return `${what}: the files of a message may have ${bytes(mostBytes)}. Put larger ones into the channel's directory.`
}

const encoded = (file: File) =>
  new Promise<{ readonly name: string; readonly mime: string; readonly data: string }>((resolve, reject) => {
    const reader = new FileReader()
    reader.addEventListener("load", () => {
      const url = String(reader.result)
      const mime = (file.type || "application/octet-stream").slice(0, 255)
      resolve({ name: nameOf(file), mime, data: url.slice(url.indexOf(",") + 1) })
    })
    reader.addEventListener("error", () =>
      reject(new Problem(0, `${nameOf(file)} cannot be read any more: remove it, or attach it again.`))
    )
    reader.readAsDataURL(file)
  })

/** As the body of a message has them. */
export const encodeAll = (files: ReadonlyArray<File>) => Promise.all(files.map(encoded))

/** A directory looks like a file until it is read. */
export const holdsDirectory = (items: DataTransferItemList): boolean =>
  [...items].some((item) => item.webkitGetAsEntry()?.isDirectory === true)
