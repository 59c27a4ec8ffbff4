import { defineConfig } from "vitest/config"

/** Rooms without state of their own: their files share a process, which saves a third of their time. */
const rooms = ["actors", "domain", "http", "layers/store", "platforms"].map((room) => `test/${room}/**/*.test.ts`)

// They need compilers that a bare machine has no current ones of: `npm run test:toolchains`.
const toolchains = process.env["LOOP_TEST_TOOLCHAINS"] === undefined ? ["test/toolchains/**"] : []

export default defineConfig({
  test: {
    maxWorkers: 2,
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
