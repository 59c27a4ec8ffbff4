/** Writes the reference table of the configuration into README.md, from the schema. */
import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { configReference } from "../src/domain/Config.ts"

const readme = fileURLToPath(new URL("../README.md", import.meta.url))

const cell = (text: string) => text.replaceAll("|", "\\|")

export const configTable = (): string =>
  [
    "| Key | Value | Default | Meaning |",
    "|---|---|---|---|",
    ...configReference().map(
      ({ key, type, fallback, description }) =>
        `| \`${key}\` | ${cell(type)} | ${cell(fallback)} | ${cell(description)} |`
    )
  ].join("\n")

/** The text with the table between its two markers. */
export const withTable = (text: string): string => {
  const [before, rest] = text.split("<!-- config:start -->")
  const after = rest?.split("<!-- config:end -->")[1]
  if (before === undefined || after === undefined) throw new Error("README.md has lost its config:start or config:end")
  return `${before}<!-- config:start -->\n${configTable()}\n<!-- config:end -->${after}`
}

if (import.meta.main) writeFileSync(readme, withTable(readFileSync(readme, "utf8")))
