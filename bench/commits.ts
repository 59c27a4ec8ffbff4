/** Counts the writes that SQLite commits: each waits for the disk. Imported before anything prepares a statement. */
import { DatabaseSync, StatementSync } from "node:sqlite"

let count = 0
export const commits = () => count

const databases = new WeakMap<StatementSync, DatabaseSync>()
const { prepare } = DatabaseSync.prototype
DatabaseSync.prototype.prepare = function (this: DatabaseSync, ...args: Parameters<typeof prepare>) {
  const statement = prepare.apply(this, args)
  databases.set(statement, this)
  return statement
}

const isWrite = (statement: StatementSync): boolean =>
  /^\s*COMMIT/i.test(statement.sourceSQL) ||
  (/^\s*(INSERT|UPDATE|DELETE)/i.test(statement.sourceSQL) && databases.get(statement)?.isTransaction === false)

const { all } = StatementSync.prototype
const counting: typeof all = function (this: StatementSync, ...args: ReadonlyArray<unknown>) {
  if (isWrite(this)) count++
  return Reflect.apply(all, this, args)
}
StatementSync.prototype.all = counting
