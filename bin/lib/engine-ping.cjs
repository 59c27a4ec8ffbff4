// engine-ping.cjs <docker host>: ends with 0 when a Docker engine answers there, 2 when its socket may not be used by this
// user, 1 otherwise. The docker command may be missing, so this asks the engine itself. Parses on Node 18.
"use strict"

const { request } = require("node:http")

const target = (host) => {
  if (host.startsWith("unix://")) return { socketPath: host.slice("unix://".length) }
  const { hostname, port } = new URL(host.replace(/^tcp:/, "http:"))
  return { host: hostname, port: port || 2375 }
}

try {
  const ping = request({ ...target(process.argv[2]), path: "/_ping", timeout: 3000 }, (response) => {
    response.resume()
    process.exitCode = response.statusCode === 200 ? 0 : 1
  })
  ping.on("timeout", () => ping.destroy(new Error("no answer")))
  ping.on("error", (error) => {
    process.exitCode = error.code === "EACCES" || error.code === "EPERM" ? 2 : 1
  })
  ping.end()
} catch {
  process.exitCode = 1
}
