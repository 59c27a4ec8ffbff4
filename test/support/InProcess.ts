/** Runs a command as `loop` does, but in this process, which costs no start: for what it asks of a server and prints of it. */
import { vi } from "vitest"
import { Effect } from "effect"
import { runCommand } from "../../src/commands.ts"
import type { Ended } from "./Command.ts"

// The commands listen for signals until their process ends.
process.setMaxListeners(0)

/** `words` begin with the command's name. One at a time: what it prints is caught for the whole process. */
export const command = (words: ReadonlyArray<string>, env: Readonly<Record<string, string>>): Effect.Effect<Ended> =>
  Effect.promise(async () => {
    let [stdout, stderr] = ["", ""]
    const spies = [
      vi.spyOn(console, "log").mockImplementation((text: string) => void (stdout += `${text}\n`)),
      vi.spyOn(console, "error").mockImplementation((text: string) => void (stderr += `${text}\n`)),
      vi.spyOn(process.stdout, "write").mockImplementation((text, ...rest) => {
        stdout += String(text)
        for (const done of rest) if (typeof done === "function") done()
        return true
      })
    ]
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
    try {
      return { code: await runCommand(words[0] ?? "", words), stdout, stderr }
    } finally {
      for (const spy of spies) spy.mockRestore()
      vi.unstubAllEnvs()
    }
  })
