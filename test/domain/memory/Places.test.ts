import { assert, describe, it } from "@effect/vitest"
import { encodedDirectory, ofChannel, ofEverybody } from "../../../src/domain/memory/Places.ts"

const operator = (path: string) => ({ path, by: "operator" }) as const
const project = (path: string) => ({ path, by: "project" }) as const
const at = { claude: "/h/.claude", workDir: "/srv/site", rootDir: "/srv/site" }

describe("A channel's notes", () => {
  it("are what its agents remember, then the operator's and the project's paths inside of it", () => {
    const paths = [operator("./memory"), operator("/notes"), operator("../other"), operator("!./memory/plans")]
    const { excluded, places } = ofChannel(
      [...paths, project("docs/../docs"), project("!/srv/site/docs/old"), { path: "/shared/wiki", by: "owner" }],
      at
    )
    assert.deepStrictEqual(
      places.map(({ by, path }) => `${by} ${path}`),
      [
        "agent /h/.claude/projects/-srv-site/memory",
        "project /srv/site/memory",
        "project /srv/site/docs",
        "owner /shared/wiki"
      ]
    )
    assert.deepStrictEqual(excluded, ["/srv/site/memory/plans", "/srv/site/docs/old"])
  })

  it("of a thread with a directory of its own are also what its channel's agents remember", () => {
    const { places } = ofChannel([], { ...at, workDir: "/w/t1" })
    assert.deepStrictEqual(
      places.map(({ path }) => path),
      ["/h/.claude/projects/-w-t1/memory", "/h/.claude/projects/-srv-site/memory"]
    )
  })

  it("are everybody's only where the operator names them by an absolute path, exclusions too", () => {
    const everybodys = ofEverybody([
      operator("./memory"),
      operator("/notes/"),
      operator("!/notes/private"),
      operator("!./x"),
      { path: "/shared", by: "owner" },
      project("!/notes")
    ])
    assert.deepStrictEqual(everybodys, {
      places: [{ path: "/notes", by: "operator" }],
      excluded: ["/notes/private"]
    })
  })

  it("are where the engine keeps them: every character but letters and digits is a dash, long names end in a hash", () => {
    assert.strictEqual(encodedDirectory("/home/ada/my.site_2 ü"), "-home-ada-my-site-2--")
    const long = encodedDirectory(`/srv/${"a/".repeat(150)}`)
    assert.strictEqual(long.length > 200 && long.length < 208, true)
    assert.notStrictEqual(long, encodedDirectory(`/srv/${"a.".repeat(150)}`))
  })
})
