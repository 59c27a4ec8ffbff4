/** What `contrib` names is there, and gets into the image's build. */
import { existsSync, readFileSync } from "node:fs"
import { join, normalize } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { parse } from "yaml"

const text = (path: string) => readFileSync(path, "utf8")

interface Compose {
  readonly services: { readonly loop: { readonly build: { readonly context: string; readonly dockerfile: string } } }
}

describe("contrib", () => {
  const { build } = (parse(text("contrib/compose.yaml")) as Compose).services.loop
  const copied = Array.from(text(build.dockerfile).matchAll(/^COPY (.+) \S+$/gm), ([, from = ""]) =>
    from.split(" ")
  ).flat()

  it("copies what the package has, and lets nothing else into the build", () => {
    assert.strictEqual(normalize(join("contrib", build.context)), ".")
    assert.isAtLeast(copied.length, 7)
    const { files } = JSON.parse(text("package.json")) as { readonly files: ReadonlyArray<string> }
    for (const name of copied.filter((each) => each !== "package.json")) assert.include(files, name)
    for (const name of copied.filter((each) => each !== "dist")) assert.isTrue(existsSync(name), name)
    const passed = Array.from(text(".dockerignore").matchAll(/^!(.+)$/gm), ([, name = ""]) => name)
    assert.sameMembers(passed, [...copied, build.dockerfile])
  })

  it("is for docker-compose 1.29 as well, which knows no variable within another's default and no project's name", () => {
    const compose = text("contrib/compose.yaml")
    assert.notMatch(compose, /\$\{[^}]*\$\{/)
    assert.notMatch(compose, /^name:/m)
  })

  it("says which variables to set, all that have no default", () => {
    const compose = text("contrib/compose.yaml")
    const [head = ""] = compose.split("\nservices:")
    const wanted = new Set(Array.from(compose.matchAll(/\$\{(\w+):\?/g), ([, name = ""]) => name))
    assert.isAtLeast(wanted.size, 4)
    for (const name of wanted) assert.include(head, `${name}=`)
  })
})
