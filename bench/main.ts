/**
 * `npm run bench`: every measurement, each in a process of its own, and one table of what came out. `npm run bench --
 * turn stop` does these alone. A missed target is shown and changes no exit code: a busy machine would lie.
 */
import { spawn } from "node:child_process"
import { loadavg } from "node:os"
import { fileURLToPath } from "node:url"
import type { Figure } from "./figure.ts"
import { table } from "./figure.ts"

const names = [
  "prompt",
  "turn",
  "crowd",
  "start",
  "memory",
  "stop",
  "store",
  "discord",
  "egress",
  "transport",
  "lock",
  "tasks",
  "mcp",
  "page"
]

/** What one measurement prints: its figures as JSON, on its last line. */
const measure = (name: string) =>
  new Promise<ReadonlyArray<Figure>>((resolve) => {
    const file = fileURLToPath(new URL(`${name}.ts`, import.meta.url))
    const child = spawn(process.execPath, ["--expose-gc", "--no-warnings", file], {
      stdio: ["ignore", "pipe", "inherit"]
    })
    let text = ""
    child.stdout.setEncoding("utf8").on("data", (piece: string) => (text += piece))
    child.on("close", (code) => {
      try {
        resolve(JSON.parse(text.trim().split("\n").at(-1) ?? ""))
      } catch {
        resolve([{ what: name, value: Number.NaN, unit: "", against: `it ended with code ${code}` }])
      }
    })
  })

const asked = process.argv.slice(2)
const figures: Array<Figure> = []
for (const name of asked.length === 0 ? names : asked) {
  process.stderr.write(`${name} …\n`)
  figures.push(...(await measure(name)))
}
const load = loadavg()[0]?.toFixed(1)
process.stdout.write(
  `\n${table(figures)}\n\nNode ${process.version}, load ${load}; ratios hold where figures do not.\n`
)
process.exit(0)
