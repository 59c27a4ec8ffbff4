/**
 * The little language in which a prompt tells the scripted model what to do: one directive per line, everything else
 * is echoed. `alice: tool: bash ls` and `user: alice: say: hi` are understood, because a prompt names its author.
 */

/** One thing the scripted model does. */
export type Directive =
  | { readonly _tag: "Say"; readonly text: string }
  | { readonly _tag: "Echo"; readonly text: string }
  | { readonly _tag: "Stream"; readonly chunks: number; readonly delay: number }
  | { readonly _tag: "Think"; readonly text: string }
  | { readonly _tag: "Tools"; readonly calls: ReadonlyArray<ToolCall> }
  | { readonly _tag: "Plan"; readonly text: string }
  | { readonly _tag: "Slow"; readonly delay: number }
  | { readonly _tag: "Hang"; readonly middle: boolean }
  | { readonly _tag: "Cut"; readonly times: number }
  | { readonly _tag: "Status"; readonly status: number; readonly times: number; readonly final: boolean }
  | { readonly _tag: "Overflow"; readonly always: boolean }

/** A tool the scripted model asks for. */
export interface ToolCall {
  readonly name: string
  readonly input: unknown
}

const bash = (command: string, background = false): ToolCall => ({
  name: "Bash",
  input: { command, description: "scripted", ...(background ? { run_in_background: true } : {}) }
})

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const tool = (call: string): ToolCall => {
  const [, name = "", rest = ""] = /^(\S+)\s*([\s\S]*)$/.exec(call) ?? []
  return name.toLowerCase() === "bash" ? bash(rest) : { name, input: rest === "" ? {} : parseJson(rest) }
}

const question = (text: string): ToolCall => {
  const [ask = "", ...options] = text.split("|").map((part) => part.trim())
  const labels = options.length > 1 ? options : ["Yes", "No"]
  return {
    name: "AskUserQuestion",
    input: {
      questions: [
        {
          question: ask,
          header: ask.slice(0, 12),
          multiSelect: false,
          options: labels.map((label) => ({ label, description: label }))
        }
      ]
    }
  }
}

const times = (text: string | undefined): number => (text === undefined ? Number.POSITIVE_INFINITY : Number(text))
const tools = (...calls: ReadonlyArray<ToolCall>): Directive => ({ _tag: "Tools", calls })

const words = (length: number): string =>
  "All work and no play makes a long text. ".repeat(length / 40 + 1).slice(0, length)

const directives: ReadonlyArray<readonly [RegExp, (match: RegExpExecArray) => Directive]> = [
  [/^say: ([\s\S]*)$/, (m) => ({ _tag: "Say", text: m[1] ?? "" })],
  [
    /^stream: (\d+) chunks?(?: with (\d+) ms)?$/,
    (m) => ({ _tag: "Stream", chunks: Number(m[1]), delay: Number(m[2] ?? 0) })
  ],
  [/^tool: (.+)$/, (m) => tools(tool(m[1] ?? ""))],
  [/^parallel: (.+)$/, (m) => tools(...(m[1] ?? "").split(" ;; ").map((command) => bash(command.trim())))],
  [/^background: (.+)$/, (m) => tools(bash(m[1] ?? "", true))],
  [
    /^mcp: (\S+)\s*(.*)$/,
    (m) => tools({ name: `mcp__loop__${m[1]}`, input: (m[2] ?? "") === "" ? {} : parseJson(m[2] ?? "") })
  ],
  [/^ask: (.+)$/, (m) => tools(question(m[1] ?? ""))],
  [/^plan(?:: (.*))?$/, (m) => ({ _tag: "Plan", text: m[1] ?? "1. Look. 2. Leap." })],
  [/^thinking(?:: (.*))?$/, (m) => ({ _tag: "Think", text: m[1] ?? "Let me think about that." })],
  [/^slow (\d+)$/, (m) => ({ _tag: "Slow", delay: Number(m[1]) })],
  [/^hang( in the middle)?$/, (m) => ({ _tag: "Hang", middle: m[1] !== undefined })],
  [/^cut(?: (\d+))?$/, (m) => ({ _tag: "Cut", times: times(m[1]) })],
  [
    /^status (\d{3})(?: times (\d+))?( final)?$/,
    (m) => ({ _tag: "Status", status: Number(m[1]), times: times(m[2]), final: m[3] !== undefined })
  ],
  [/^overflow( always)?$/, (m) => ({ _tag: "Overflow", always: m[1] !== undefined })],
  [/^long (\d+)$/, (m) => ({ _tag: "Say", text: words(Number(m[1])) })]
]

const directive = (line: string): Directive | undefined => {
  for (const [pattern, make] of directives) {
    const match = pattern.exec(line)
    if (match !== null) return make(match)
  }
  return undefined
}

/** No name begins with a bracket: those are what the prompt says of attachments. */
const speaker = /^(?:(?:user|assistant): )?([^\s:[][^:\n]{0,60}): (.*)$/

/** What is told of earlier messages where a session begins. */
const history = /^Earlier in this channel:\n[\s\S]*\n\nNow:\n/

/** The words of the last speaker of a prompt, without the name; the whole prompt where several speak. */
const lastSpeech = (prompt: string): { readonly script: string; readonly spoken: string } => {
  const lines = prompt.split("\n")
  const starts = lines.flatMap((line, index) => (directive(line) === undefined && speaker.test(line) ? [index] : []))
  const start = starts.at(-1)
  if (start === undefined) return { script: prompt, spoken: prompt }
  const script = [lines[start]!.replace(speaker, "$2"), ...lines.slice(start + 1)].join("\n")
  return { script, spoken: starts.length === 1 && start === 0 ? script : prompt }
}

/** What a prompt asks for; a prompt without a directive is echoed. */
export const parse = (prompt: string): ReadonlyArray<Directive> => {
  const { script, spoken } = lastSpeech(prompt.replace(history, "").trim())
  const found = script.split("\n").flatMap((line) => directive(line.trim()) ?? [])
  return found.length > 0 ? found : [{ _tag: "Echo", text: spoken }]
}
