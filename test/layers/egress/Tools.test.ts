/** Ordinary tools in a real box, through the policy that everybody begins with, against stand-ins for their registries. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { real, run, world } from "../../support/egress/ToolBox.ts"

layer(world, real)("through the policy that everybody begins with", (it) => {
  it.effect("npm ci installs what the lock file says", () =>
    Effect.gen(function* () {
      const lock = (integrity: string) => ({
        name: "x",
        lockfileVersion: 3,
        packages: {
          "": { name: "x", dependencies: { left: "1.0.0" } },
          "node_modules/left": {
            version: "1.0.0",
            resolved: "https://registry.npmjs.org/left/-/left-1.0.0.tgz",
            integrity
          }
        }
      })
      const done = yield* run(
        ({ npmIntegrity }) => ({
          "package.json": JSON.stringify({ name: "x", dependencies: { left: "1.0.0" } }),
          "package-lock.json": JSON.stringify(lock(npmIntegrity))
        }),
        "npm ci --no-audit --no-fund; node -p 'require(\"left\")'"
      )
      assert.deepStrictEqual([done.code, done.last, done.refused], [0, "left", []], done.all)
    })
  )

  it.effect("pip install fetches from the index and from where its files are", () =>
    Effect.gen(function* () {
      const done = yield* run(
        () => ({}),
        "python3 -m venv /tmp/v; /tmp/v/bin/pip install --disable-pip-version-check left; /tmp/v/bin/python -c 'import left; print(left.SIDE)'"
      )
      assert.deepStrictEqual([done.code, done.last, done.refused], [0, "left", []], done.all)
    })
  )

  it.effect("git clone fetches a repository, and ssh reaches the forge by the same way", () =>
    Effect.gen(function* () {
      const done = yield* run(
        () => ({}),
        "git ls-remote git@github.com:o/left.git || true; git clone -q https://github.com/o/left.git; cat left/README"
      )
      assert.deepStrictEqual([done.code, done.last, done.refused], [0, "left", []], done.all)
      assert.match(done.greetings[0] ?? "", /^SSH-2\.0-OpenSSH/)
    })
  )

  it.effect("apt-get update fetches lists in the clear", () =>
    Effect.gen(function* () {
      const options = [
        "Dir::State=/tmp/apt/state",
        "Dir::Cache=/tmp/apt/cache",
        "Dir::Etc::SourceList=$PWD/sources.list",
        "Dir::Etc::SourceParts=-",
        "APT::Sandbox::User=root"
      ]
        .map((option) => `-o ${option}`)
        .join(" ")
      const done = yield* run(
        () => ({ "sources.list": "deb [trusted=yes] http://deb.debian.org/debian ./\n" }),
        `mkdir -p /tmp/apt/state/lists/partial /tmp/apt/cache/archives/partial; apt-get ${options} update; apt-cache ${options} show left | grep -m 1 Package; echo left`
      )
      assert.deepStrictEqual([done.code, done.last, done.refused], [0, "left", []], done.all)
      assert.include(done.all, "Package: left")
    })
  )

  it.effect("Node's own fetch and curl find the proxy, and say what it says", () =>
    Effect.gen(function* () {
      const done = yield* run(
        () => ({}),
        `node -e 'fetch("https://registry.npmjs.org/none").then((r) => console.log("node", r.status))'
         curl -s -o /dev/null -w 'curl %{http_code}\\n' https://registry.npmjs.org/none
         curl -s http://nobody.example.com/`
      )
      assert.strictEqual(
        done.all,
        "node 404\ncurl 404\nLoop: nobody.example.com:80 is not on this channel's list of hosts; the people in the channel were asked to allow it"
      )
    })
  )
})
