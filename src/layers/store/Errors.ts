/** What the driver, a migration or a row schema says, as the one error that callers of storage know. */
import { Effect, Predicate, Schema } from "effect"
import { type Migrator, SqlError } from "effect/sql"
import { StoreError } from "../../services/Store.ts"

export type StorageFailure = SqlError.SqlError | Schema.SchemaError | Migrator.MigrationError

/** SQLite's primary result codes (https://www.sqlite.org/rescode.html). */
const reasonOfCode = (code: number): StoreError["reason"] => {
  switch (code & 0xff) {
    case 5: // BUSY
    case 6: // LOCKED
      return "busy"
    case 11: // CORRUPT
    case 26: // NOTADB
      return "corrupt"
    case 13: // FULL
      return "disk_full"
    default:
      // IOERR_SHMSIZE: the index of the write-ahead log found no room.
      return code === 4874 ? "disk_full" : "other"
  }
}

const reasonOf = (error: unknown): StoreError["reason"] => {
  if (SqlError.isSqlError(error)) return reasonOf(error.reason.cause)
  if (Schema.isSchemaError(error)) return "corrupt"
  if (Predicate.hasProperty(error, "errcode") && Predicate.isNumber(error.errcode)) return reasonOfCode(error.errcode)
  if (Predicate.hasProperty(error, "code") && (error.code === "ENOSPC" || error.code === "EDQUOT")) return "disk_full"
  return Predicate.hasProperty(error, "cause") ? reasonOf(error.cause) : "other"
}

export const toStoreError = (operation: string, cause: unknown): StoreError =>
  new StoreError({ operation, reason: reasonOf(cause), cause })

const isFailure = (error: unknown): error is StorageFailure =>
  SqlError.isSqlError(error) || Schema.isSchemaError(error) || Predicate.isTagged(error, "MigrationError")

/** Turns storage's own failures into `StoreError`; every other error passes. */
export const orStoreError =
  (operation: string) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, Exclude<E, StorageFailure> | StoreError, R> =>
    Effect.mapError(effect, (error) =>
      isFailure(error) ? toStoreError(operation, error) : (error as Exclude<E, StorageFailure>)
    )
