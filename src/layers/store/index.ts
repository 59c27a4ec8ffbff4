/** Everything that is kept, in one SQLite file: the row services, `Store`, and the `SqlClient` the cluster shares. */
import { Effect, Layer } from "effect"
import { SecureRandom } from "effect/crypto"
import * as Sqlite from "../Sqlite.ts"
import * as AccessAsksSql from "./AccessAsksSql.ts"
import * as AuditSql from "./AuditSql.ts"
import * as ChannelsSql from "./ChannelsSql.ts"
import * as EgressAsksSql from "./EgressAsksSql.ts"
import { orStoreError } from "./Errors.ts"
import * as InstallationSql from "./InstallationSql.ts"
import * as JournalSql from "./JournalSql.ts"
import * as MemorySql from "./MemorySql.ts"
import * as MessagesSql from "./MessagesSql.ts"
import { migrate } from "./Migrations.ts"
import { OutboxSignal } from "./OutboxSignal.ts"
import * as OutboxSql from "./OutboxSql.ts"
import * as PermissionRulesSql from "./PermissionRulesSql.ts"
import * as ProcessesSql from "./ProcessesSql.ts"
import * as ProjectAsksSql from "./ProjectAsksSql.ts"
import * as ReadMarksSql from "./ReadMarksSql.ts"
import * as RequestsSql from "./RequestsSql.ts"
import * as RunsSql from "./RunsSql.ts"
import * as SeenSql from "./SeenSql.ts"
import * as SelvesSql from "./SelvesSql.ts"
import * as SpendingReportsSql from "./SpendingReportsSql.ts"
import * as SpendingSql from "./SpendingSql.ts"
import * as StatusMessagesSql from "./StatusMessagesSql.ts"
import * as StoreSql from "./StoreSql.ts"
import * as TasksSql from "./TasksSql.ts"
import * as TokensSql from "./TokensSql.ts"
import * as UsageLimitsSql from "./UsageLimitsSql.ts"

const services = Layer.mergeAll(
  StoreSql.layer,
  StatusMessagesSql.layer,
  AccessAsksSql.layer,
  AuditSql.layer,
  ChannelsSql.layer,
  EgressAsksSql.layer,
  InstallationSql.layer,
  RunsSql.layer,
  ProcessesSql.layer,
  MemorySql.layer,
  MessagesSql.layer,
  OutboxSql.layer,
  PermissionRulesSql.layer,
  ProjectAsksSql.layer,
  ReadMarksSql.layer,
  RequestsSql.layer,
  SeenSql.layer,
  SpendingReportsSql.layer,
  SpendingSql.layer,
  TasksSql.layer,
  UsageLimitsSql.layer,
  TokensSql.layer
).pipe(
  Layer.provideMerge(Layer.merge(JournalSql.layer, SelvesSql.layer)),
  Layer.provide([OutboxSignal.layer, SecureRandom.layerWebCrypto])
)

/** Opens `path` (made when absent, `:memory:` for nothing kept) and brings its schema up to date. */
export const layer = (path: string, options: Omit<Sqlite.SqliteOptions, "filename"> = {}) => {
  const file = Sqlite.layer({ ...options, filename: path })
  const ready = Layer.effectDiscard(migrate()).pipe(Layer.provideMerge(file))
  return services.pipe(
    Layer.provideMerge(ready),
    Layer.catch((error) => Layer.effectContext(Effect.fail(error).pipe(orStoreError("Store.open"))))
  )
}
