// Ends with 0 when node_modules holds what package-lock.json names, and 1 when `npm ci` is needed. Parses on Node 18.
"use strict"

const { readFileSync } = require("node:fs")
const { join } = require("node:path")

const root = join(__dirname, "..", "..")
const packages = (file) => JSON.parse(readFileSync(join(root, file), "utf8")).packages

const isCurrent = () => {
  const wanted = packages("package-lock.json")
  // npm's own list of what it installed, written when an installation is complete.
  const installed = packages("node_modules/.package-lock.json")
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    if (path === "") return true
    const found = installed[path]
    return found === undefined ? optional === true : found.version === version && found.integrity === integrity
  })
}

try {
  process.exitCode = isCurrent() ? 0 : 1
} catch {
  process.exitCode = 1
}
