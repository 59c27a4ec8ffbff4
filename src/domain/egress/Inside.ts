/** What a box has of the network: its own loopback, ports of which lead to sockets that the supervisor owns. Pure. */
import type { NetworkPolicy } from "../Channel.ts"

/** Where programs in the box find the proxy. */
export const PROXY_PORT = 3128

export const PROXY_SOCKET = "egress.sock"

export const MODEL_SOCKET = "model.sock"

export const serviceSocket = (port: number): string => `host-${port}.sock`

/** A port of the box's loopback and the socket (a name in the process's socket directory) that it leads to. */
export interface Forward {
  readonly port: number
  readonly socket: string
}

/** Ports of the host that a policy names. */
export const servicePorts = ({ host_services, mode }: NetworkPolicy): ReadonlyArray<number> =>
  mode === "none" ? [] : [...new Set(host_services.map(Number))].sort((a, b) => a - b)

export const forwards = (policy: NetworkPolicy): ReadonlyArray<Forward> =>
  policy.mode === "none"
    ? []
    : [
        { port: PROXY_PORT, socket: PROXY_SOCKET },
        ...servicePorts(policy)
          .filter((port) => port !== PROXY_PORT)
          .map((port) => ({ port, socket: serviceSocket(port) }))
      ]

/** Only names of the box itself; the model has a socket of its own. */
const DIRECT = "localhost,127.0.0.1,::1,model.invalid"

/**
 * The variables by which programs find a proxy. curl, git, apt, cargo, go and pip read the first four, in the one or the
 * other case; Node's own fetch needs to be told to; yarn has its own; ssh goes by way of socat.
 */
export const proxyEnv = (policy: NetworkPolicy): Readonly<Record<string, string>> => {
  if (policy.mode === "none") return {}
  const proxy = `http://127.0.0.1:${PROXY_PORT}`
  return {
    HTTP_PROXY: proxy,
    HTTPS_PROXY: proxy,
    ALL_PROXY: proxy,
    NO_PROXY: DIRECT,
    http_proxy: proxy,
    https_proxy: proxy,
    all_proxy: proxy,
    no_proxy: DIRECT,
    NODE_USE_ENV_PROXY: "1",
    YARN_HTTP_PROXY: proxy,
    YARN_HTTPS_PROXY: proxy,
    ELECTRON_GET_USE_PROXY: "1",
    GIT_SSH_COMMAND: `ssh -o StrictHostKeyChecking=accept-new -o ProxyCommand='socat - PROXY:127.0.0.1:%h:%p,proxyport=${PROXY_PORT}'`
  }
}
