/** Markup in an agent's text is text: it is shown as it was written. */
interface Node {
  type: string
  value?: string
  children?: Array<Node>
}

const walk = (node: Node, inline: boolean): void => {
  if (node.type === "html") {
    if (inline) node.type = "text"
    else {
      node.type = "paragraph"
      node.children = [{ type: "text", value: node.value ?? "" }]
      delete node.value
    }
    return
  }
  const within = inline || node.type === "paragraph" || node.type === "heading" || node.type === "tableCell"
  for (const child of node.children ?? []) walk(child, within)
}

/** A plugin of remark. */
export const htmlAsText = () => (tree: unknown) => walk(tree as Node, false)
