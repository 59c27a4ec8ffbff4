import { defineConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"

/** Rooms without state of their own: their files share a process, which saves a third of their time. */
const rooms = ["actors", "domain", "http", "layers/store", "platforms"].map((room) => `test/${room}/**/*.test.ts`)

// They need compilers that a bare machine has no current ones of: `npm run test:toolchains`.
const toolchains = process.env["LOOP_TEST_TOOLCHAINS"] === undefined ? ["test/toolchains/**"] : []

/** Those that take longest begin first, or one worker is left alone with them at the end. */
const long = /\/(killed|killedKept|fired|redteam|discord-chaos|access)\.test\.ts$/
class LongFirst extends BaseSequencer {
  override async sort(files: Array<TestSpecification>) {
    const sorted = await super.sort(files)
    const isLong = ({ moduleId }: TestSpecification) => long.test(moduleId)
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}

export default defineConfig({
  test: {
    // One more than the cores of a small machine: tests wait for engines, browsers and disks a third of their time.
    maxWorkers: 3,
    sequence: { sequencer: LongFirst },
    globalSetup: "test/support/globalSetup.ts",
    coverage: {
      provider: "v8",
      reportOnFailure: true,
      include: ["src/**/*.ts"],
      reporter: ["text-summary", "json-summary"],
      thresholds: { lines: 85 }
    },
    projects: [
      {
        extends: true,
        test: {
          name: "world",
          include: ["test/**/*.test.ts"],
          exclude: [...rooms, ...toolchains],
          testTimeout: 60_000,
          hookTimeout: 180_000,
          pool: "forks"
        }
      },
      {
        extends: true,
        test: {
          name: "rooms",
          include: rooms,
          isolate: false,
          testTimeout: 60_000,
          hookTimeout: 180_000,
          pool: "forks"
        }
      }
    ]
  }
})
