// Ends with 0 when node_modules holds what package-lock.json names, and 1 when `npm ci` is needed. Parses on Node 18.
"use strict"

const { readFileSync } = require("node:fs")
const { join } = require("node:path")

const root = join(__dirname, "..", "..")
const packages = (file) => JSON.parse(readFileSync(join(root, file), "utf8")).packages

const libc = () => {
  process.report.excludeNetwork = true
  return process.report.getReport().header.glibcVersionRuntime ? "glibc" : "musl"
}

/** Optional packages are native code for one platform, which must be there on it, or accelerators that may be missing. */
const mayBeMissing = ({ optional, os, cpu, libc: libcs }) =>
  optional === true &&
  (os === undefined ||
    !os.includes(process.platform) ||
    (cpu !== undefined && !cpu.includes(process.arch)) ||
    (libcs !== undefined && !libcs.includes(libc())))

const isCurrent = () => {
  const wanted = packages("package-lock.json")
  // npm's own list of what it installed, written when an installation is complete.
  const installed = packages("node_modules/.package-lock.json")
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === "") return true
    const found = installed[path]
    if (found === undefined) return mayBeMissing(entry)
    return found.version === entry.version && found.integrity === entry.integrity
  })
}

try {
  process.exitCode = isCurrent() ? 0 : 1
} catch {
  process.exitCode = 1
}
