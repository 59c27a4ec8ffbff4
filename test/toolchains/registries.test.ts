/** As in `test/layers/egress/Tools.test.ts`, for tools that the image does not have: this machine's go and rust are lent to the box. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import { real, run, world } from "../support/egress/ToolBox.ts"

/** A toolchain of this machine, lent to the box. */
const lent = (program: string, args: ReadonlyArray<string>, target: string) => ({
  source: execFileSync(program, args).toString().trim(),
  target,
  readOnly: true,
  volume: false
})

layer(world, real)("through the policy that everybody begins with", (it) => {
  it.effect("go mod download asks the module proxy", () =>
    Effect.gen(function* () {
      const done = yield* run(
        () => ({
          "go.mod": "module example.org/x\n\ngo 1.20\n\nrequire example.org/left v1.0.0\n",
          "main.go": 'package main\n\nimport "example.org/left"\n\nfunc main() { println(left.Side()) }\n'
        }),
        "export PATH=/opt/go/bin:$PATH; go mod download example.org/left; go run -mod=mod .",
        // A database of checksums is signed by its keeper, so no stand-in can be it.
        {
          mounts: [lent("go", ["env", "GOROOT"], "/opt/go")],
          env: { GONOSUMDB: "*", GOFLAGS: "-p=1", GOTOOLCHAIN: "local" }
        }
      )
      assert.deepStrictEqual([done.code, done.last, done.refused], [0, "left", []], done.all)
    })
  )

  it.effect("cargo build asks the sparse index and fetches the crate", () =>
    Effect.gen(function* () {
      const done = yield* run(
        () => ({
          "Cargo.toml": '[package]\nname = "x"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nleft = "1"\n',
          "src/main.rs": 'fn main() { println!("{}", left::side()) }\n'
        }),
        "export PATH=/opt/rust/bin:$PATH; cargo build -q; /tmp/target/debug/x",
        // Its linker takes a `%` in a path, such as a test channel's directory has, for a place to be filled in.
        { mounts: [lent("rustc", ["--print", "sysroot"], "/opt/rust")], env: { CARGO_TARGET_DIR: "/tmp/target" } }
      )
      assert.deepStrictEqual([done.code, done.last, done.refused], [0, "left", []], done.all)
      assert.include(done.asked, "static.crates.io/crates/left/1.0.0/download")
    })
  )
})
