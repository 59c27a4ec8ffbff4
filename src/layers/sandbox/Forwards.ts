/** How a box is told which of its ports lead out; `container/forward.sh` reads it. Pure. */
import { MODEL_SOCKET } from "../../domain/egress/Inside.ts"
import type { BoxSpec } from "../../services/Sandbox.ts"

/** The script in a box: in the image, and bound there under bubblewrap. */
export const FORWARDER = "loop-forward"

/** Where the supervisor's sockets are in a box. */
export const SOCKETS = "/run/loop"

/** Names of all sockets that a box has; the model's comes last, for whoever waits for them. */
export const socketNames = ({
  forwards,
  sockets = []
}: Pick<BoxSpec, "forwards" | "sockets">): ReadonlyArray<string> => [
  ...new Set([...forwards.map(({ socket }) => socket), ...sockets]),
  MODEL_SOCKET
]

export const forwardsEnv = ({ forwards }: Pick<BoxSpec, "forwards">): Readonly<Record<string, string>> =>
  forwards.length === 0 ? {} : { LOOP_FORWARDS: forwards.map(({ port, socket }) => `${port}:${socket}`).join(" ") }
