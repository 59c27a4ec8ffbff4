/** A tool's input and output. Changes to files are drawn as changes; commands and contents as code. */
import { lazy, Suspense } from "react"
import type { ToolData } from "../../live/events.ts"
import { part } from "../../lib/part.ts"
import { CodeBlock, CopyButton } from "../../markdown/CodeBlock.tsx"
import { Guard } from "../../ui/Guard.tsx"
import { inputOf } from "./steps.ts"

const ChangeView = lazy(part(() => import("./ChangeView.tsx")))

const text = (input: Readonly<Record<string, unknown>> | undefined, key: string): string | undefined => {
  const value = input?.[key]
  return typeof value === "string" ? value : undefined
}

/** The language of a file, as the highlighter calls it. */
const endings: Readonly<Record<string, string>> = {
  ts: "typescript",
  tsx: "typescript",
  js: "javascript",
  jsx: "javascript",
  py: "python",
  rs: "rust",
  go: "go",
  rb: "ruby",
  java: "java",
  kt: "kotlin",
  c: "c",
  h: "c",
  cpp: "cpp",
  cs: "csharp",
  sh: "bash",
  css: "css",
  html: "xml",
  xml: "xml",
  json: "json",
  yml: "yaml",
  yaml: "yaml",
  toml: "ini",
  md: "markdown",
  sql: "sql"
}
const languageOf = (path: string) => endings[path.slice(path.lastIndexOf(".") + 1).toLowerCase()] ?? ""

const Input = ({ tool }: { readonly tool: ToolData }) => {
  const input = inputOf(tool)
  const [command, path, content] = [text(input, "command"), text(input, "file_path"), text(input, "content")]
  const [before, after] = [text(input, "old_string"), text(input, "new_string")]
  const edits = input?.["edits"]
  if (command !== undefined) return <CodeBlock code={command} language="bash" />
  if (path !== undefined && before !== undefined && after !== undefined) {
    return <ChangeView path={path} changes={[{ before, after }]} />
  }
  if (path !== undefined && Array.isArray(edits)) {
    const changes = (edits as ReadonlyArray<Readonly<Record<string, unknown>>>).map((edit) => ({
      before: text(edit, "old_string") ?? "",
      after: text(edit, "new_string") ?? ""
    }))
    return <ChangeView path={path} changes={changes} />
  }
  if (path !== undefined && content !== undefined) {
    return (
      <>
        <p className="path">{path}</p>
        <CodeBlock code={content} language={languageOf(path)} />
      </>
    )
  }
  if (path !== undefined && Object.keys(input ?? {}).length === 1) return <p className="path">{path}</p>
  if (input !== undefined)
    return Object.keys(input).length === 0 ? null : <CodeBlock code={JSON.stringify(input, null, 2)} language="json" />
  return tool.input_summary === undefined ? null : <CodeBlock code={tool.input_summary} language="" />
}

export const ToolDetail = ({ tool }: { readonly tool: ToolData }) => {
  const output = tool.output ?? tool.output_summary
  return (
    <div className="tool-detail">
      <Guard instead={<CodeBlock code={JSON.stringify(inputOf(tool), null, 2)} language="" />}>
        <Suspense>
          <Input tool={tool} />
        </Suspense>
      </Guard>
      {output !== undefined && output !== "" && (
        <div className="output">
          <CopyButton text={output} what="Copy the output" />
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
          <pre tabIndex={0} aria-label="Output">
            {output}
          </pre>
        </div>
      )}
      {output === undefined && tool.state === "started" && <p className="small dim">It is at work.</p>}
    </div>
  )
}
