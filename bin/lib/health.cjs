// health.cjs <address>: ends with 0 when a Loop answers there, 1 otherwise. Parses on Node 18.
"use strict"

const { get } = require("node:http")

const answersLikeLoop = (text) => {
  try {
    return typeof JSON.parse(text).uptime_sec === "number"
  } catch {
    return false
  }
}

const check = get(new URL("/health", process.argv[2]), { timeout: 3000 }, (response) => {
  let text = ""
  response.on("data", (chunk) => (text += chunk))
  response.on("end", () => {
    process.exitCode = answersLikeLoop(text) ? 0 : 1
  })
})
check.on("timeout", () => check.destroy(new Error("no answer")))
check.on("error", () => {
  process.exitCode = 1
})
