/** The text of `config.json` to a configuration, or every problem of it at once. */
import { Result, Schema } from "effect"
import { findingsOf, type ConfigProblem, type Finding } from "./problem.ts"
import { type Config, ConfigFile } from "./keys.ts"
import { modernize, parseText } from "./parse.ts"
import { isSecret } from "./redact.ts"
import { resolve } from "./resolve.ts"

/** Environment variables; `HOME` and `LOOP_HOME` must be there. */
export type Env = Readonly<Record<string, string | undefined>>

export interface Decoded {
  readonly config: Config
  /** Sentences for the log. */
  readonly warnings: ReadonlyArray<string>
}

const decode = Schema.decodeUnknownResult(ConfigFile, { errors: "all", onExcessProperty: "error" })

export const decodeConfig = (
  text: string,
  env: Env,
  hostTimezone: string
): Result.Result<Decoded, ReadonlyArray<ConfigProblem>> =>
  parseText(text).pipe(
    Result.flatMap(({ data, place, repeated }) => {
      const input = modernize(data)
      const first = decode(input)
      const findings: Array<Finding> = Result.isFailure(first) ? findingsOf(first.failure.issue, input, isSecret) : []
      // What else is wrong shows once the broken keys are left out.
      const broken = new Set(findings.map((finding) => topLevel(finding.key)))
      const sound = Result.getOrThrow(decode(omit(input, broken)))
      const resolved = resolve(sound, env, hostTimezone)
      findings.push(...resolved.findings.filter((finding) => !broken.has(topLevel(finding.key))))
      if (data.platform !== undefined && data.platforms !== undefined) {
        findings.push({ key: "platform", message: "This is the old spelling of platforms; keep platforms alone" })
      }
      if (findings.length > 0) return Result.fail(inOrder(findings.map(place)))
      const twice = repeated.map(({ key, line }) => `${key} is written again in line ${line}; the last one counts`)
      return Result.succeed({ config: resolved.config, warnings: [...twice, ...resolved.warnings] })
    })
  )

const topLevel = (key: string) => key.split(".", 1)[0]!

const omit = (data: Readonly<Record<string, unknown>>, names: ReadonlySet<string>) =>
  Object.fromEntries(Object.entries(data).filter(([name]) => !names.has(name)))

const inOrder = (problems: ReadonlyArray<ConfigProblem>) =>
  [...problems].sort((a, b) => (a.line ?? Infinity) - (b.line ?? Infinity) || 0)
