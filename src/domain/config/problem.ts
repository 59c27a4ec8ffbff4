/** What is wrong with a configuration, in sentences that say where and what to write instead. */
import { SchemaAST, type SchemaIssue } from "effect"

export interface ConfigProblem {
  /** Dotted path of the key; empty for the file as a whole. */
  readonly key: string
  readonly message: string
  readonly line: number | null
}

/** A problem whose line is not looked up yet. */
export interface Finding {
  readonly key: string
  readonly message: string
}

type Path = ReadonlyArray<PropertyKey>

const dotted = (path: Path) => path.map(String).join(".")

/** The findings of a failed decoding; `input` is what was decoded, `hidden` says which keys' values are never shown. */
export const findingsOf = (issue: SchemaIssue.Issue, input: unknown, hidden: (key: string) => boolean) => {
  const findings: Array<Finding> = []
  const visit = (issue: SchemaIssue.Issue, path: Path, stated: string | undefined): void => {
    switch (issue._tag) {
      case "Pointer":
        return visit(issue.issue, [...path, ...issue.path], stated)
      case "Encoding":
        return visit(issue.issue, path, stated)
      case "Filter":
        return visit(issue.issue, path, stated ?? expectedOf(issue.filter.annotations))
      case "Composite":
        for (const each of issue.issues) visit(each, path, stated)
        return
      default: {
        const key = dotted(path)
        const message =
          messageOf(issue, path) ??
          `Expected ${stated ?? nameOf(issue)}${hidden(key) ? "" : shown(lookUp(input, path))}`
        if (!findings.some((finding) => finding.key === key && finding.message === message)) {
          findings.push({ key, message })
        }
      }
    }
  }
  visit(issue, [], undefined)
  return findings
}

const annotation = (annotations: unknown, name: string): string | undefined => {
  const value = (annotations as Record<string, unknown> | undefined)?.[name]
  return typeof value === "string" ? value : undefined
}

const expectedOf = (annotations: unknown) => annotation(annotations, "expected")

const messageOf = (issue: SchemaIssue.Issue, path: Path): string | undefined => {
  if (issue._tag === "InvalidValue") return annotation(issue.annotations, "message")
  if (issue._tag === "MissingKey") return "This key is missing"
  if (issue._tag !== "UnexpectedKey") return undefined
  const known = SchemaAST.isObjects(issue.ast) ? issue.ast.propertySignatures.map((each) => String(each.name)) : []
  return unknownKey(String(path.at(-1)), known)
}

export const unknownKey = (name: string, known: ReadonlyArray<string>): string => {
  const near = nearest(name, known)
  return `There is no such key${near === undefined ? "" : `; did you mean ${near}?`}`
}

const nameOf = (issue: SchemaIssue.Issue): string => ("ast" in issue ? describe(issue.ast) : "another value")

/** What a schema takes, in words. */
export const describe = (ast: SchemaAST.AST): string => {
  if (SchemaAST.isUnion(ast)) return [...new Set(ast.types.map(describe))].join(", ")
  if (SchemaAST.isLiteral(ast)) return `\`${String(ast.literal)}\``
  const title = annotation(ast.annotations, "title")
  if (title !== undefined) return title
  if (SchemaAST.isString(ast)) return "text"
  if (SchemaAST.isNumber(ast)) return "a number"
  if (SchemaAST.isBoolean(ast)) return "`true` or `false`"
  if (SchemaAST.isArrays(ast)) return "a list"
  return SchemaAST.isObjects(ast) ? "an object" : "another value"
}

const lookUp = (input: unknown, path: Path): unknown =>
  path.reduce<unknown>((value, name) => (value as Record<PropertyKey, unknown> | undefined)?.[name], input)

const shown = (value: unknown): string => {
  if (value === undefined) return ""
  if (Array.isArray(value)) return ", got a list"
  if (typeof value === "object" && value !== null) return ", got an object"
  const text = JSON.stringify(value)
  const long = typeof value === "string" && /,$| #| \/\//.test(value)
  const comma = long ? " (text without quotes goes on to the end of the line)" : ""
  return `, got ${text.length > 60 ? `${text.slice(0, 57)}…"` : text}${comma}`
}

/** The nearest name, when it is near enough to be a slip. */
const nearest = (name: string, known: ReadonlyArray<string>): string | undefined => {
  const ranked = known
    .map((candidate) => ({ candidate, slips: distance(name.toLowerCase(), candidate) }))
    .sort((a, b) => a.slips - b.slips)
  const best = ranked[0]
  return best !== undefined && best.slips <= Math.max(1, Math.floor(name.length / 4)) ? best.candidate : undefined
}

/** Levenshtein's distance. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
    row = next
  }
  return row[b.length]!
}
