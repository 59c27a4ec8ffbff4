/**
 * The predecessor's way to a turn: for each message a fresh container and a fresh CLI in it, the prompt as an argument,
 * the session resumed; its log is followed, its end is waited for. Kinder to it than life was: no chown of volumes, no MCP
 * server to start, the host's network instead of a bridge, no clean-up counted.
 */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { Effect } from "effect"
import Docker from "dockerode"

interface Options {
  readonly image: string
  /** Of the scripted model. */
  readonly url: string
  readonly directory: string
}

const flags = "--print --verbose --output-format stream-json --dangerously-skip-permissions".split(" ")

/** Milliseconds for one message after the other, always the same conversation. */
export const make = ({ directory, image, url }: Options) => {
  const docker = new Docker()
  const home = join(directory, "home")
  const work = join(directory, "work")
  for (const path of [home, work]) mkdirSync(path, { recursive: true })
  let session: string | undefined

  const run = async (prompt: string): Promise<number> => {
    const at = performance.now()
    const container = await docker.createContainer({
      Image: image,
      Entrypoint: [],
      Cmd: ["claude", ...flags, ...(session === undefined ? [] : ["--resume", session]), prompt],
      Env: [
        `HOME=${home}`,
        `ANTHROPIC_BASE_URL=${url}`,
        "ANTHROPIC_API_KEY=bench",
        "IS_SANDBOX=1",
        "DISABLE_TELEMETRY=1",
        "DISABLE_AUTOUPDATER=1",
        "DISABLE_ERROR_REPORTING=1",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1"
      ],
      WorkingDir: work,
      HostConfig: {
        Binds: [`${home}:${home}`, `${work}:${work}`],
        NetworkMode: "host",
        Memory: 2048 * 1024 * 1024,
        CpuPeriod: 100_000,
        CpuQuota: 200_000
      }
    })
    try {
      await container.start()
      const log = await container.logs({ follow: true, stdout: true, stderr: true })
      let text = ""
      log.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")))
      await container.wait()
      const ms = performance.now() - at
      if (!/"is_error":false/.test(text)) throw new Error(`the predecessor's turn failed: ${text.slice(-2000)}`)
      session = /"session_id":"([^"]+)"/.exec(text)?.[1]
      return ms
    } finally {
      await container.remove({ force: true })
    }
  }
  return (prompt: string) => Effect.promise(() => run(prompt))
}
