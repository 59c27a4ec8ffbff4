// Files that go with the next message: picked, pasted or dropped, shown with their sizes, and read when it is sent.
import { Problem } from "./api.js"
import { $, el, show } from "./dom.js"

const mega = 1024 * 1024
/** A request may have 25 MiB; base64 makes four bytes of three, and the text needs room, too. */
const mostBytes = 18 * mega
const mostFiles = 20
const longestName = 255

const sizeOf = (bytes) =>
  bytes < 1024 ? `${bytes} B` : bytes < mega ? `${Math.round(bytes / 1024)} KB` : `${(bytes / mega).toFixed(1)} MB`

const sum = (files) => files.reduce((total, { size }) => total + size, 0)
const nameOf = ({ name }) => (name || "file").slice(-longestName)

/** Why these cannot go together; undefined where they can. */
const refusal = (files) => {
  if (files.length > mostFiles) return `At most ${mostFiles} files go with a message: put them into an archive.`
  if (sum(files) <= mostBytes) return undefined
  const [first] = files.toSorted((a, b) => b.size - a.size)
  const alone = first.size > mostBytes
  const what = alone ? `${nameOf(first)} is too large (${sizeOf(first.size)})` : "These files are too large together"
  const size = alone ? "" : ` (${sizeOf(sum(files))})`
  return `${what}${size}: the files of a message may have ${sizeOf(mostBytes)}. Put larger ones into the channel's directory.`
}

const encoded = (file) =>
  new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.addEventListener("load", () => {
      const data = reader.result.slice(reader.result.indexOf(",") + 1)
      resolve({ name: nameOf(file), mime: (file.type || "application/octet-stream").slice(0, 255), data })
    })
    reader.addEventListener("error", () =>
      reject(new Problem(0, `${nameOf(file)} cannot be read any more: remove it, or attach it again.`))
    )
    reader.readAsDataURL(file)
  })

/** As the body of a message has them. */
export const encodeAll = (files) => Promise.all(files.map(encoded))

const holdsFiles = (event) => event.dataTransfer?.types.includes("Files") === true

/** A directory looks like a file until it is read. */
const isDirectory = (item) => item.webkitGetAsEntry?.()?.isDirectory === true

/** `complain(error)` says what is wrong; `changed()` is told when a file was added. */
export const makeAttachments = ({ complain, changed }) => {
  let files = []

  const remove = (file) => {
    const index = files.indexOf(file)
    files = files.filter((each) => each !== file)
    draw()
    const buttons = $("attached").querySelectorAll("button")
    ;(buttons[Math.min(index, buttons.length - 1)] ?? $("attach")).focus()
  }

  const draw = () => {
    $("attached").replaceChildren(
      ...files.map((file) =>
        el(
          "li",
          {},
          el("span", { class: "name" }, nameOf(file)),
          el("span", { class: "small" }, sizeOf(file.size)),
          el(
            "button",
            { class: "quiet", type: "button", "aria-label": `Remove ${nameOf(file)}`, onclick: () => remove(file) },
            "✕"
          )
        )
      )
    )
    show($("attached"), files.length > 0)
  }

  const add = (more) => {
    const wanted = [...files, ...more]
    const problem = refusal(wanted)
    if (problem !== undefined) return complain(new Problem(0, problem))
    show($("problem"), false)
    files = wanted
    draw()
    $("text").focus()
    changed()
  }

  $("attach").addEventListener("click", () => $("files").click())
  $("files").addEventListener("change", () => {
    add($("files").files)
    $("files").value = ""
  })

  // What was copied from a document is a text and a picture of it: there the text is meant.
  $("text").addEventListener("paste", (event) => {
    const { files: pasted, types } = event.clipboardData
    if (pasted.length === 0 || types.includes("text/html") || types.includes("text/rtf")) return
    event.preventDefault()
    add(pasted)
  })

  const dropping = (on) => document.body.classList.toggle("dropping", on)
  document.addEventListener("dragover", (event) => {
    if (!holdsFiles(event)) return
    event.preventDefault()
    dropping(true)
  })
  document.addEventListener("dragleave", (event) => event.relatedTarget === null && dropping(false))
  document.addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return
    event.preventDefault()
    dropping(false)
    const { files: dropped, items } = event.dataTransfer
    if ([...items].some(isDirectory)) {
      return complain(new Problem(0, "A directory cannot be attached: put it into an archive, or drop its files."))
    }
    add(dropped)
  })

  return {
    /** The same array until something changes. */
    files: () => files,
    /** They have been sent. */
    forget: (sent) => {
      files = files.filter((file) => !sent.includes(file))
      draw()
    }
  }
}
