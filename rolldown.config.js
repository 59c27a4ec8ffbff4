import { defineConfig } from "rolldown"
import sbom from "rollup-plugin-sbom"

// Everything Loop is written with goes into the bundle, so an installation fetches no dependency of ours but the agent's
// own program: it is quick, runs no install script, and starts in a third of the time that the sources take.

/** dockerode brings gRPC and protobuf for BuildKit. Loop builds without BuildKit, and these are a megabyte. */
const withoutBuildKit = {
  name: "without-buildkit",
  load: {
    filter: { id: /dockerode[\\/]lib[\\/](session|buildkit)\.js$/ },
    handler: () => `module.exports = () => { throw new Error("Loop does not speak BuildKit") }`
  }
}

/** What is in the bundle, as CycloneDX: `dist/sbom/server.json`. The same build gives the same file. */
const inventory = sbom({
  outDir: "sbom",
  outFilename: "server",
  outFormats: ["json"],
  saveTimestamp: false,
  generateSerial: false,
  includeWellKnown: false
})

export default defineConfig({
  input: { loop: "src/main.ts" },
  platform: "node",
  // Optional accelerators of ssh2 and ws, compiled on installation; both do without them.
  external: [/\.node$/, "cpu-features", "bufferutil", "utf-8-validate", "zlib-sync"],
  // What CommonJS dependencies call these exists under another name in a module.
  transform: { define: { __dirname: "import.meta.dirname", __filename: "import.meta.filename" } },
  plugins: [withoutBuildKit, inventory],
  // The inventory tells of each tool, and misses a rollup, which nothing here is built with.
  onLog: (level, log, handle) => void (/tool "rollup"| in SBOM$|Detected root/.test(log.message) || handle(level, log)),
  output: {
    dir: "dist",
    format: "esm",
    sourcemap: true,
    cleanDir: true,
    chunkFileNames: "chunks/[name]-[hash].js"
  }
})
