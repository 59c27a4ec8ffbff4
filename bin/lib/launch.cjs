// What `bin/loop` does: finds a Node that is new enough, then runs the bundle, or the sources where nothing was built yet.
// It has to parse on Node 18.
"use strict"

const { spawn } = require("node:child_process")
const { existsSync } = require("node:fs")
const module_ = require("node:module")
const { homedir } = require("node:os")
const { dirname, join } = require("node:path")
const { pathToFileURL } = require("node:url")

const root = join(__dirname, "..", "..")
const command = join(root, "bin", "loop")
const launcherVariable = "LOOP_LAUNCHER_PID"

const isNewEnough = (version) => {
  const [major, minor] = version.split(".").map(Number)
  return major > 22 || (major === 22 && minor >= 19)
}

const fail = (sentence) => {
  process.stderr.write(`loop: ${sentence}\n`)
  process.exit(1)
}

/** The binary of the package `node`, beside Loop or installed globally with it. */
const packagedNode = () => {
  try {
    const manifest = require.resolve("node/package.json")
    const binary = join(dirname(manifest), "bin", "node")
    return isNewEnough(require(manifest).version) && existsSync(binary) ? binary : undefined
  } catch {
    return undefined
  }
}

/**
 * Runs the command again with another Node and ends as that one ends. A terminal sends its signals to both processes, so only
 * the others are passed on. The channel between the two breaks when this process is killed, and the other one then ends too.
 */
const runWith = (node) => {
  const child = spawn(node, [...process.execArgv, command, ...process.argv.slice(2)], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, [launcherVariable]: String(process.pid) }
  })
  const onTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
  for (const signal of ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"]) {
    const fromTerminal = onTerminal && (signal === "SIGINT" || signal === "SIGQUIT")
    process.on(signal, () => fromTerminal || child.kill(signal))
  }
  child.on("error", (error) => fail(`${node} could not be started (${error.message}). Run npm ci again.`))
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

const endWithLauncher = () => {
  const launcher = process.env[launcherVariable]
  delete process.env[launcherVariable]
  if (launcher !== String(process.ppid) || !process.channel) return
  process.once("disconnect", () => process.kill(process.pid, "SIGKILL"))
  process.channel.unref()
}

/** Node calls two things experimental that Loop is tested with; every other warning still reaches the user. */
const silenceKnownWarnings = () => {
  const known = /^(SQLite|Type Stripping) is an experimental feature/
  const emitWarning = process.emitWarning
  process.emitWarning = (warning, ...rest) => {
    const type = typeof rest[0] === "object" && rest[0] !== null ? rest[0].type : rest[0]
    if (type === "ExperimentalWarning" && known.test(String(warning))) return
    emitWarning.call(process, warning, ...rest)
  }
}

/** Node's own place for compiled code is a shared temporary directory, where anybody could put something to run. */
const useCompileCache = () => {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache")
  module_.enableCompileCache(process.env.NODE_COMPILE_CACHE || join(cache, "loop", "compiled"))
  // The cache is written when a process ends well; a server may never do so.
  setTimeout(() => module_.flushCompileCache(), 10_000).unref()
}

const start = () => {
  endWithLauncher()
  silenceKnownWarnings()
  useCompileCache()
  const bundle = join(root, "dist", "loop.js")
  const sources = join(root, "src", "main.ts")
  if (existsSync(bundle)) return import(pathToFileURL(bundle).href)
  if (!existsSync(sources)) return fail("this installation is not complete. Install it again.")
  if (!existsSync(join(root, "node_modules", "effect")))
    return fail("its dependencies are not installed. Run ./bin/up.")
  return import(pathToFileURL(sources).href)
}

if (isNewEnough(process.versions.node)) {
  start()
} else {
  const node = packagedNode()
  if (node === undefined) {
    fail(
      `it needs Node 22.19 or newer, and this is ${process.versions.node}. ` +
        "Get one from https://nodejs.org, or run npm install --global node@24, and try again."
    )
  } else {
    runWith(node)
  }
}
