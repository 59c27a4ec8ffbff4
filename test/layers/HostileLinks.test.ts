/**
 * Everything of the host that reads or writes where an agent can write, against links in each part of its path: what is
 * outside is neither told nor touched. Without links each of them works, so that none passes by doing nothing.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as fs from "node:fs"
import { dirname, join } from "node:path"
import type { Channel } from "../../src/domain/Channel.ts"
import { ChannelId, MessageId, SessionId } from "../../src/domain/Ids.ts"
import { exists } from "../../src/layers/claude/Transcript.ts"
import * as InboxLayer from "../../src/layers/Inbox.ts"
import * as NoteFilesDisk from "../../src/layers/memory/NoteFilesDisk.ts"
import * as PackageFiles from "../../src/layers/PackageFiles.ts"
import * as BoxFiles from "../../src/layers/sandbox/BoxFiles.ts"
import { seed } from "../../src/layers/sandbox/Seeds.ts"
import { onboardProject } from "../../src/layers/settings/ProjectOnboarding.ts"
import * as TemplateFilesDisk from "../../src/layers/settings/TemplateFilesDisk.ts"
import * as SettingsFile from "../../src/layers/SettingsFile.ts"
import * as WorkFilesLayer from "../../src/layers/WorkFiles.ts"
import { Inbox } from "../../src/services/Inbox.ts"
import { NoteFiles } from "../../src/services/NoteFiles.ts"
import type { BoxSpec } from "../../src/services/Sandbox.ts"
import { Settings } from "../../src/services/Settings.ts"
import { TemplateFiles } from "../../src/services/TemplateFiles.ts"
import { WorkFiles } from "../../src/services/WorkFiles.ts"
import { hostDirectory } from "../support/Boxes.ts"
import * as Rows from "../support/Rows.ts"

interface Door {
  /** Below the agent's directory; a link is put in the place of each part in turn. */
  readonly path: string
  /** What is at the end of the path; none: the door makes it. */
  readonly content?: string
  /** Goes through it; `base` is the agent's directory, `own` one of the test's. Tells what came of it. */
  readonly enter: (base: string, own: string) => Effect.Effect<unknown, unknown>
  /** What the way without links tells. */
  readonly told: RegExp
}

const user = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
const session = SessionId.make("0f0f0f0f-0f0f-4f0f-8f0f-0f0f0f0f0f0f")

const settings = (own: string) => SettingsFile.layerTest({}, { HOME: own, LOOP_HOME: join(own, ".loop") })

const channelIn = (dir_path: string): Channel => Rows.channel("local:a", { name: "a", dir_path })

const doors: Readonly<Record<string, Door>> = {
  "a file that an agent sends": {
    path: "out/deep/report.txt",
    content: "SECRET",
    enter: (base) =>
      Effect.map(
        WorkFiles.use((files) => files.read(base, "out/deep/report.txt", 1000)),
        (data) => new TextDecoder().decode(data)
      ).pipe(Effect.provide(WorkFilesLayer.layer)),
    told: /SECRET/
  },
  "files of a message": {
    path: ".loop/inbox/m1",
    enter: (base) =>
      Inbox.use((inbox) =>
        inbox.keep(base, MessageId.make("m1"), [{ name: "a.txt", mime: "text/plain", data: new Uint8Array([65]) }])
      ).pipe(Effect.provide(InboxLayer.layer)),
    told: /a\.txt/
  },
  "a template's text": {
    path: ".loop/templates/own.md",
    content: "SECRET",
    enter: (base, own) => {
      fs.mkdirSync(join(own, ".loop/templates"), { recursive: true })
      return TemplateFiles.use((files) => files.read("own.md", base)).pipe(
        Effect.provide(TemplateFilesDisk.layer.pipe(Layer.provide([PackageFiles.layer, settings(own)])))
      )
    },
    told: /SECRET/
  },
  "a project's configuration": {
    path: ".loop/config.json",
    content: `{ claude_model: "SECRET", mounts: ["/srv:/SECRET"] }`,
    enter: (base, own) =>
      Effect.map(
        Settings.use((all) => all.forChannel(channelIn(base), channelIn(base))),
        ({ model, project }) => [model, project?.content]
      ).pipe(Effect.provide(settings(own))),
    told: /SECRET.*SECRET/s
  },
  "a project's MCP configuration": {
    path: ".mcp.json",
    content: `{"mcpServers":{"other":{"command":"x"}}}`,
    enter: (base) =>
      Effect.map(onboardProject(base, { command: "loop", args: [] }), () => fs.readdirSync(join(base, ".loop")).join()),
    told: /config\.json/
  },
  "a project's directory of Loop's": {
    path: ".loop/templates",
    enter: (base) => onboardProject(base, { command: "loop", args: [] }),
    told: /made/
  },
  "notes that are looked for": {
    path: "memory/deep/a.md",
    content: "SECRET",
    enter: (base) =>
      NoteFiles.use((notes) =>
        Effect.flatMap(notes.find(join(base, "memory"), [base], []), ({ files }) =>
          Effect.forEach(files, (file) => Effect.map(notes.read(file), (note) => note?.text))
        )
      ).pipe(Effect.provide(NoteFilesDisk.layer)),
    told: /SECRET/
  },
  "a note that was found": {
    path: "memory/deep/a.md",
    content: "SECRET",
    enter: (base) =>
      Effect.map(
        NoteFiles.use((notes) => notes.read(join(base, "memory/deep/a.md"))),
        (note) => note?.text
      ).pipe(Effect.provide(NoteFilesDisk.layer)),
    told: /SECRET/
  },
  "a session's transcript": {
    path: `.claude/projects/p/${session}.jsonl`,
    content: "{}",
    enter: (base) => Effect.map(exists(base, session), (there) => (there ? "SECRET" : "")),
    told: /SECRET/
  },
  "a copy for a home": {
    path: ".config/tool/file",
    content: "old",
    enter: (base, own) => {
      fs.writeFileSync(join(own, "file"), "seed")
      const spec = {
        channelId: ChannelId.make("local:a"),
        home: base,
        mounts: [],
        copyFiles: [{ source: join(own, "file"), target: join(base, ".config/tool/file") }]
      } as unknown as BoxSpec
      return Effect.map(seed(spec, user), () => fs.readdirSync(base).join())
    },
    told: /config/
  },
  "a file that is copied for a box": {
    path: "conf/deep/file",
    content: "SECRET",
    enter: (base, own) =>
      Effect.map(BoxFiles.privateCopy(join(base, "conf/deep/file"), join(own, "copy"), user), () =>
        fs.readFileSync(join(own, "copy"), "utf8")
      ),
    told: /SECRET/
  },
  "a directory that is mounted": {
    path: "data/deep",
    enter: (base) => {
      fs.mkdirSync(join(base, "data/deep"), { recursive: true })
      return Effect.as(
        BoxFiles.checkMount({ source: join(base, "data/deep"), target: "/x", readOnly: true, volume: false }, user),
        "SECRET"
      )
    },
    told: /SECRET/
  },
  "a place to mount on": {
    path: "data/deep/on",
    enter: (base) => Effect.as(BoxFiles.checkTarget(join(base, "data/deep/on"), [base]), "SECRET"),
    told: /SECRET/
  },
  "a home that is given to the box's user": {
    path: "deep/er/file",
    content: "",
    // Only root gives anything away.
    enter: (base) =>
      Effect.as(BoxFiles.homeDirectory(dirname(base), base, user.uid === 0 ? { uid: 4242, gid: 4242 } : user), "given"),
    told: /given/
  }
}

/** Every name below, with what is there and whose it is. */
const picture = (root: string): ReadonlyArray<string> =>
  fs.readdirSync(root, { recursive: true, encoding: "utf8" }).map((name) => {
    const stat = fs.lstatSync(join(root, name))
    return `${name} ${stat.uid} ${stat.isFile() ? fs.readFileSync(join(root, name), "utf8") : ""}`
  })

/** An agent's directory with what belongs at the end of the path, and the same outside. */
const ground = Effect.fnUntraced(function* ({ content, path }: Door) {
  const at = yield* hostDirectory
  const root = fs.realpathSync(at(""))
  const [base, outside, own] = [join(root, "agent"), join(root, "outside"), join(root, "own")]
  for (const place of [base, outside, own]) fs.mkdirSync(place)
  for (const place of content === undefined ? [outside] : [base, outside]) {
    const end = join(place, path)
    fs.mkdirSync(content === undefined ? end : dirname(end), { recursive: true })
    if (content !== undefined) fs.writeFileSync(end, content)
  }
  return { base, outside, own }
})

const shown = (enter: Effect.Effect<unknown, unknown>) =>
  Effect.match(enter, { onSuccess: (told) => JSON.stringify(told) ?? "", onFailure: () => "refused" })

describe("A link in a place that agents can write in", () => {
  for (const [name, door] of Object.entries(doors)) {
    it.effect(`leads ${name} nowhere`, () =>
      Effect.gen(function* () {
        const plain = yield* ground(door)
        assert.match(yield* shown(door.enter(plain.base, plain.own)), door.told)
        const parts = door.path.split("/")
        for (let depth = 1; depth <= parts.length; depth++) {
          const { base, outside, own } = yield* ground(door)
          const linked = parts.slice(0, depth).join("/")
          fs.rmSync(join(base, linked), { recursive: true, force: true })
          fs.mkdirSync(dirname(join(base, linked)), { recursive: true })
          fs.symlinkSync(join(outside, linked), join(base, linked))
          const before = picture(outside)
          assert.notInclude(yield* shown(door.enter(base, own)), "SECRET", linked)
          assert.deepStrictEqual(picture(outside), before, linked)
        }
      })
    )
  }
})
