/**
 * Loaded before a command (`node --import`), it kills the process right before or after its N-th renaming of a file:
 * LOOP_TEST_KILL_RENAME="before 2".
 */
import fs from "node:fs/promises"
import { syncBuiltinESMExports } from "node:module"

const [when, at] = (process.env.LOOP_TEST_KILL_RENAME ?? "").split(" ")
let counted = 0

const die = () => {
  process.kill(process.pid, "SIGKILL")
  for (;;);
}

const { rename } = fs
fs.rename = async (...args) => {
  const now = ++counted === Number(at)
  if (now && when === "before") die()
  await rename(...args)
  if (now && when === "after") die()
}
syncBuiltinESMExports()
