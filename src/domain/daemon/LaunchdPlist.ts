/** The launchd agent of Loop, as launchd.plist(5) has it. */
import type { Service } from "./Service.ts"

export const agentLabel = "com.loop.agent"

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" }

const text = (value: string): string => value.replaceAll(/[&<>]/g, (character) => escapes[character] ?? character)

const string = (value: string): string => `<string>${text(value)}</string>`

const entry = (key: string, value: string): string => `  <key>${key}</key>\n  ${value}`

const block = (tag: string, lines: ReadonlyArray<string>): string =>
  [`<${tag}>`, ...lines.map((line) => `    ${line}`), `  </${tag}>`].join("\n")

/** Restarted a second after it has ended, as under systemd; given 30 s to end. */
export const plistOf = ({ command, environment, log }: Service): string =>
  [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">`,
    `<plist version="1.0">`,
    "<dict>",
    entry("Label", string(agentLabel)),
    entry("ProgramArguments", block("array", command.map(string))),
    entry(
      "EnvironmentVariables",
      block(
        "dict",
        Object.entries(environment).flatMap(([name, value]) => [`<key>${text(name)}</key>`, string(value)])
      )
    ),
    entry("RunAtLoad", "<true/>"),
    entry("KeepAlive", "<true/>"),
    entry("ThrottleInterval", "<integer>1</integer>"),
    entry("ExitTimeOut", "<integer>30</integer>"),
    entry("StandardOutPath", string(log)),
    entry("StandardErrorPath", string(log)),
    "</dict>",
    "</plist>",
    ""
  ].join("\n")
