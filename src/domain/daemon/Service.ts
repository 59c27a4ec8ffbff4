/** Loop as a service of the user's own service manager: what it runs, with which variables, and where its log goes. */

export interface Service {
  /** The program by its absolute path, then its arguments. */
  readonly command: readonly [string, ...ReadonlyArray<string>]
  readonly environment: Readonly<Record<string, string>>
  /** An absolute path; stdout and stderr are appended to it. */
  readonly log: string
}

/** What a service needs of the shell's variables. Keys for the model are none of them: they would lie in a second file. */
const carried = [
  "ANTHROPIC_BASE_URL",
  "DOCKER_HOST",
  "LOOP_HOME",
  "NODE_EXTRA_CA_CERTS",
  "PATH",
  "TZ",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy"
]

/** An entry that is not absolute would depend on the directory that a service happens to start in. */
const absolute = (path: string): string =>
  path
    .split(":")
    .filter((entry) => entry.startsWith("/"))
    .join(":")

/** The variables of a shell that its service gets, sorted by name. */
export const environmentOf = (env: Readonly<Record<string, string | undefined>>): Service["environment"] =>
  Object.fromEntries(
    carried
      .toSorted()
      .flatMap((name) => (env[name] ? [[name, name === "PATH" ? absolute(env[name]) : env[name]] as const] : []))
  )

const isControl = (character: string): boolean => character < " " || character === "\u007f"

/** Why no service can be made of it, as a sentence: neither kind of file can say control characters everywhere. */
export const faultOf = ({ command, environment, log }: Service): string | undefined => {
  const texts = [
    ...command.map((text) => [`The path ${JSON.stringify(text)}`, text] as const),
    ["log_file", log] as const,
    ...Object.entries(environment)
  ]
  const odd = texts.find(([, text]) => [...text].some(isControl))
  if (odd !== undefined) return `${odd[0]} has a control character in it; take it out, then try again.`
  if (/["'\\]/.test(command[0])) {
    return `systemd runs no program whose path has quotes or backslashes in it: move ${command[0]}, then try again.`
  }
  // The line of a unit that names it ends here, and neither of the two can be quoted in it.
  return /[\s\\]$/.test(log) ? `log_file ends with a space or a backslash; give it another name.` : undefined
}
