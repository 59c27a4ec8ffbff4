/**
 * Loaded before the server (`node --import`), it kills the process right before or right after its N-th write to the
 * database, counted from the moment at which a person's message is written, or from the server's start:
 * LOOP_TEST_KILL="before 3 message". A write is a COMMIT, or a statement that changes rows outside of a transaction.
 * "within 1 message" kills in the middle of the first prompt line to an agent, half of which has left the process.
 */
import { writeSync } from "node:fs"
import { flushCompileCache } from "node:module"
import { Socket } from "node:net"
import { DatabaseSync, StatementSync } from "node:sqlite"

const [when, at, from] = (process.env.LOOP_TEST_KILL ?? "").split(" ")
const databases = new WeakMap()
let counted = 0
let armed = from === "start"

const prepare = DatabaseSync.prototype.prepare
DatabaseSync.prototype.prepare = function (...args) {
  const statement = prepare.apply(this, args)
  databases.set(statement, this)
  return statement
}

const die = (sql) => {
  writeSync(2, `killed ${when} write ${counted}: ${sql.slice(0, 60).replaceAll("\n", " ")}\n`)
  flushCompileCache()
  process.kill(process.pid, "SIGKILL")
  // The signal may take a moment, in which nothing more may happen.
  for (;;);
}

const isWrite = (statement, sql) =>
  /^\s*COMMIT/i.test(sql) ||
  (/^\s*(INSERT|UPDATE|DELETE)/i.test(sql) && databases.get(statement)?.isTransaction === false)

/** What the bot says has columns of its own. */
const isPersonsMessage = (sql) => /^\s*INSERT INTO "?messages"?/i.test(sql) && !sql.includes("said_by")

const all = StatementSync.prototype.all
StatementSync.prototype.all = function (...args) {
  const sql = this.sourceSQL
  armed ||= isPersonsMessage(sql)
  if (when === "within" || !armed || !isWrite(this, sql)) return all.apply(this, args)
  const now = ++counted === Number(at)
  if (now && when === "before") die(sql)
  const rows = all.apply(this, args)
  if (now && when === "after") die(sql)
  return rows
}

const write = Socket.prototype.write
Socket.prototype.write = function (...args) {
  const [line] = args
  const isPrompt = when === "within" && Buffer.from(line).toString("latin1", 0, 14) === '{"type":"user"'
  if (!isPrompt || ++counted !== Number(at)) return write.apply(this, args)
  // Twice as much as any pipe on the way holds, so that the agent has read of it.
  const half = Buffer.from(line).subarray(0, line.length / 2)
  return write.call(this, half, () => setTimeout(() => die("a prompt line"), 500))
}
