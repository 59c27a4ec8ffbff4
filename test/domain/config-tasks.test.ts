import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { decodeConfig } from "../../src/domain/Config.ts"

const problems = (keys: object) =>
  Result.match(decodeConfig(JSON.stringify(keys), { HOME: "/h", LOOP_HOME: "/h/.loop" }, "UTC"), {
    onFailure: (found) => found.map(({ key, message }) => `${key}: ${message}`),
    onSuccess: () => []
  })

const template = { name: "t", type: "cron", schedule: "@daily", prompt: "look" }

describe("What the configuration says of tasks", () => {
  it("has a poll interval above zero, or is refused (W21)", () => {
    assert.match(problems({ poll_interval_sec: 0 }).join(), /poll_interval_sec: Expected seconds above 0/)
    assert.match(problems({ poll_interval_sec: -5 }).join(), /poll_interval_sec/)
    assert.deepStrictEqual(problems({ poll_interval_sec: 0.5 }), [])
  })

  it("has templates whose schedules can come, each with one prompt, or names the template", () => {
    assert.deepStrictEqual(problems({ task_templates: [template] }), [])
    const [never] = problems({ task_templates: [{ ...template, schedule: "0 0 30 2 *" }] })
    assert.strictEqual(never, 'task_templates.0: Template "t": It never comes: no month that it names has a day 30')
    const [short] = problems({ task_templates: [{ ...template, type: "interval", schedule: "1s" }] })
    assert.include(short, "the shortest interval is 10s")
    const [both] = problems({ task_templates: [{ ...template, prompt_path: "t.md" }] })
    assert.include(both, "mutually exclusive")
    for (const prompt_path of ["../t.md", "a/../../t.md", "/etc/t.md"]) {
      const [out] = problems({ task_templates: [{ name: "t", type: "cron", schedule: "@daily", prompt_path }] })
      assert.include(out, "inside the templates directory")
    }
    for (const wrong of [{ prompt: "" }, { type: "often" }, { auto_delete_sec: -1 }, { name: "" }, { schedule: "" }]) {
      const [key] = Object.keys(wrong)
      assert.match(
        problems({ task_templates: [{ ...template, ...wrong }] })[0] ?? "",
        new RegExp(`^task_templates\\.0\\.${key}: `)
      )
    }
  })
})
