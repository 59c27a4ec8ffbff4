// A small part of Markdown as nodes of the document. The text is an agent's and is never parsed as HTML.
import { el } from "./dom.js"

const inlinePattern =
  /`([^`\n]+)`|\*\*([^*\n]+)\*\*|\[([^\]\n]+)\]\((https?:\/\/[^\s)]+)\)|(https?:\/\/[^\s<>"')\]]*[^\s<>"')\].,;:!?])/g

const link = (href, text) => el("a", { href, target: "_blank", rel: "noopener noreferrer" }, text)

const inline = (text) => {
  const nodes = []
  let end = 0
  for (const match of text.matchAll(inlinePattern)) {
    nodes.push(text.slice(end, match.index))
    end = match.index + match[0].length
    const [, code, bold, label, target, address] = match
    if (code !== undefined) nodes.push(el("code", {}, code))
    else if (bold !== undefined) nodes.push(el("strong", {}, bold))
    else if (label !== undefined) nodes.push(link(target, label))
    else nodes.push(link(address, address))
  }
  nodes.push(text.slice(end))
  return nodes
}

const copyButton = (text) => {
  const button = el("button", { class: "copy quiet", type: "button", title: "Copy the code" }, "Copy")
  button.addEventListener("click", async () => {
    await navigator.clipboard?.writeText(text)
    button.textContent = "Copied"
    setTimeout(() => (button.textContent = "Copy"), 1500)
  })
  return button
}

const fence = (language, lines) => {
  const text = lines.join("\n")
  return el("div", { class: "code" }, copyButton(text), el("pre", {}, el("code", { "data-language": language }, text)))
}

const kindOf = (line) => {
  if (/^\s*$/.test(line)) return "blank"
  if (/^ {0,3}#{1,6} /.test(line)) return "heading"
  if (/^\s*[-*+] /.test(line)) return "ul"
  if (/^\s*\d+[.)] /.test(line)) return "ol"
  if (/^ {0,3}> ?/.test(line)) return "quote"
  return "text"
}

const block = (kind, lines) => {
  switch (kind) {
    case "blank":
      return []
    case "heading":
      return lines.map((line) => el("p", { class: "heading" }, ...inline(line.replace(/^\s*#+ /, ""))))
    case "ul":
    case "ol": {
      const items = lines.map((line) => el("li", {}, ...inline(line.replace(/^\s*([-*+]|\d+[.)]) /, ""))))
      const start = kind === "ol" ? Number.parseInt(lines[0], 10) : undefined
      return [el(kind, start > 1 ? { start } : {}, ...items)]
    }
    case "quote":
      return [el("blockquote", {}, ...inline(lines.map((line) => line.replace(/^\s*> ?/, "")).join("\n")))]
    default:
      return [el("p", {}, ...inline(lines.join("\n")))]
  }
}

/** The nodes for a text. An open code fence at the end is shown as code: the text may still be coming. */
export const markdown = (text) => {
  const nodes = []
  let lines = []
  let kind = "blank"
  const flush = () => {
    if (lines.length > 0) nodes.push(...block(kind, lines))
    lines = []
  }
  const all = text.split("\n")
  for (let i = 0; i < all.length; i++) {
    const opening = /^ {0,3}(`{3,}|~{3,})\s*([\w+#.-]*)/.exec(all[i])
    if (opening !== null) {
      flush()
      const code = []
      for (i++; i < all.length && !all[i].trim().startsWith(opening[1]); i++) code.push(all[i])
      nodes.push(fence(opening[2], code))
      continue
    }
    const next = kindOf(all[i])
    if (next !== kind) flush()
    kind = next
    lines.push(all[i])
  }
  flush()
  return nodes
}
