/** How a box is told which of its ports lead out; `container/forward.sh` reads it. Pure. */
import type { BoxSpec } from "../../services/Sandbox.ts"

/** The script in a box: in the image, and bound there under bubblewrap. */
export const FORWARDER = "loop-forward"

export const forwardsEnv = ({ forwards }: Pick<BoxSpec, "forwards">): Readonly<Record<string, string>> =>
  forwards.length === 0 ? {} : { LOOP_FORWARDS: forwards.map(({ port, socket }) => `${port}:${socket}`).join(" ") }
