import react from "@vitejs/plugin-react"
import { fileURLToPath } from "node:url"
import sbom from "rollup-plugin-sbom"
import { defineConfig } from "vite"

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The service worker keeps its name: its address is what an installed page knows it by. */
const nameOf = ({ name }: { readonly name: string }) => (name === "worker" ? "worker.js" : "assets/[name]-[hash].js")

/** What is in the page, as CycloneDX; `build-web.ts` puts it beside the server's, out of what is served. */
const inventory = sbom({
  outDir: "sbom",
  outFilename: "page",
  outFormats: ["json"],
  saveTimestamp: false,
  generateSerial: false,
  includeWellKnown: false
})

export default defineConfig({
  root: here("."),
  plugins: [react(), inventory],
  resolve: {
    // What it offers browsers decodes by way of innerHTML, which the page's policy forbids.
    alias: { "decode-named-character-reference": here("../node_modules/decode-named-character-reference/index.js") }
  },
  build: {
    target: "es2023",
    outDir: here("../dist/web"),
    emptyOutDir: true,
    // The page's policy allows no inline script or style, and data: for pictures only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 800,
    rolldownOptions: {
      // The inventory tells of each tool, and misses a rollup, which nothing here is built with.
      onLog: (level, log, handle) =>
        void (/tool "rollup"| in SBOM$|Detected root/.test(log.message) || handle(level, log)),
      input: {
        index: here("index.html"),
        login: here("login.html"),
        refused: here("refused.html"),
        worker: here("src/notify/worker.ts")
      },
      output: { entryFileNames: nameOf }
    }
  },
  // `npx vite web` beside a running server: its interface under the same origin.
  server: { proxy: { "/api": "http://127.0.0.1:8222", "/login": "http://127.0.0.1:8222" } }
})
