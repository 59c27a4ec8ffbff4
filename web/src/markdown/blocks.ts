/** Cuts Markdown into its top-level blocks, so that a text that grows is read from its last block on. */
import remarkGfm from "remark-gfm"
import remarkParse from "remark-parse"
import { unified } from "unified"

const parser = unified().use(remarkParse).use(remarkGfm)

/** Names something of another place in the text: then it only means something as a whole. */
const refers = /^ {0,3}\[[^\]\n]+\]:\s/m

export interface Blocks {
  readonly text: string
  readonly blocks: ReadonlyArray<string>
  /** Where the last block begins. */
  readonly last: number
}

const cutFrom = (text: string, start: number, before: ReadonlyArray<string>): Blocks => {
  const tail = text.slice(start)
  const starts = parser.parse(tail).children.map((node) => node.position?.start.offset ?? 0)
  const blocks = starts.map((from, index) => tail.slice(from, starts[index + 1] ?? tail.length))
  return { text, blocks: [...before, ...blocks], last: start + (starts.at(-1) ?? 0) }
}

/** `known`: of an earlier state of the same text, where there is one. */
export const cutBlocks = (text: string, known?: Blocks): Blocks => {
  if (text === known?.text) return known
  if (refers.test(text)) return { text, blocks: [text], last: 0 }
  if (known !== undefined && known.blocks.length > 1 && text.startsWith(known.text)) {
    return cutFrom(text, known.last, known.blocks.slice(0, -1))
  }
  return cutFrom(text, 0, [])
}
