import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"

const checkout = join(import.meta.dirname, "..", "..")
const { version } = JSON.parse(readFileSync(join(checkout, "package.json"), "utf8")) as { readonly version: string }

interface Inventory {
  readonly components: ReadonlyArray<{
    readonly group?: string
    readonly name: string
    readonly version: string
    readonly licenses?: ReadonlyArray<unknown>
  }>
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string }>>
}

describe("the npm package", () => {
  let folder: string
  let tarball: string
  let files: ReadonlyArray<string>

  const npm = (...args: ReadonlyArray<string>): string => execFileSync("npm", args, { cwd: checkout, encoding: "utf8" })

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "loop-package-"))
    // Without scripts: the bundle is there already, and other tests are running it.
    const [packed] = JSON.parse(
      npm("pack", "--ignore-scripts", "--json", "--pack-destination", folder)
    ) as ReadonlyArray<{
      readonly filename: string
      readonly files: ReadonlyArray<{ readonly path: string }>
    }>
    assert(packed)
    tarball = join(folder, packed.filename)
    files = packed.files.map((file) => file.path)
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it("holds what runs, and neither sources nor tests", () => {
    for (const file of [
      "bin/loop",
      "dist/loop.js",
      "container/Dockerfile",
      "LICENSE",
      "README.md",
      "SECURITY.md",
      "CHANGELOG.md"
    ]) {
      assert.include(files, file)
    }
    assert.deepEqual(
      files.filter((file) => /^(src|test|node_modules)\/|\.map$/.test(file)),
      []
    )
  })

  const { packages } = JSON.parse(readFileSync(join(checkout, "package-lock.json"), "utf8")) as Lock
  const locked = new Set(
    Object.entries(packages).map(([path, { version }]) => `${path.split("node_modules/").at(-1)}@${version}`)
  )

  it.each([
    ["server", ["effect", "dockerode", "hono", "@discordjs/rest", "@modelcontextprotocol/sdk", "undici"]],
    ["page", ["react", "react-dom", "@tanstack/react-router", "@tanstack/react-query"]]
  ])(
    "says what is in the %s: each library with its licence and the version of package-lock.json",
    (part, libraries) => {
      const file = `dist/sbom/${part}.json`
      assert.include(files, file)
      const { components } = JSON.parse(readFileSync(join(checkout, file), "utf8")) as Inventory
      const named = components.map(({ group, name, version }) => `${group ? `${group}/` : ""}${name}@${version}`)
      assert.deepEqual(
        named.filter((name) => !locked.has(name)),
        []
      )
      for (const library of libraries)
        assert.isTrue(
          named.some((name) => name.startsWith(`${library}@`)),
          library
        )
      assert.deepEqual(
        components.filter(({ licenses }) => licenses === undefined || licenses.length === 0).map(({ name }) => name),
        []
      )
    }
  )

  it("installs globally as the command loop", () => {
    npm("install", "--global", "--prefix", folder, "--no-audit", "--no-fund", "--prefer-offline", tarball)
    const loop = join(folder, "bin", "loop")
    assert.include(execFileSync(loop, ["version"], { encoding: "utf8", cwd: folder }), version)
    assert.include(execFileSync(loop, ["--help"], { encoding: "utf8", cwd: folder }), "serve")
  })
})
