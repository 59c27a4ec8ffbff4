/**
 * The cluster that actors live in: one process over the same SQLite file. On several hosts another layer takes its place,
 * not another program. Its tables hold shard bookkeeping only: every actor message is volatile.
 */
import { NodeCrypto } from "@effect/platform-node"
import { Layer } from "effect"
import { SingleRunner } from "effect/cluster"

export const layer = SingleRunner.layer({
  runnerStorage: "memory",
  shardingConfig: {
    shardsPerGroup: 32,
    // Local calls of one process: encoding each would cost a fifth for nothing.
    simulateRemoteSerialization: false,
    maxResidentEntities: 10_000,
    // A run that is interrupted at the end leaves its box alive and needs no time for it.
    entityTerminationTimeout: "2 seconds"
  }
}).pipe(Layer.provide(NodeCrypto.layerDigest))
