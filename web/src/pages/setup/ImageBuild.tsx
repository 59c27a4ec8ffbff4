/** How the image is built that agents run in, while it is: the engine's steps, and its lines for who wants them. */
import { useQuery } from "@tanstack/react-query"
import { useEffect, useRef } from "react"
import { call, type ImageBuild as Build } from "../../api/client.ts"
import { duration } from "../../lib/time.ts"
import { queries } from "../../api/queries.ts"
import { Badge, Card } from "../../ui/Card.tsx"
import { Elapsed } from "../../ui/Time.tsx"
import { doctorQuery } from "./queries.ts"

const looks = { building: ["accent", "building"], built: ["good", "built"], failed: ["bad", "failed"] } as const

const Lines = ({ lines, live }: { readonly lines: ReadonlyArray<string>; readonly live: boolean }) => {
  const box = useRef<HTMLPreElement>(null)
  useEffect(() => {
    if (live && box.current !== null) box.current.scrollTop = box.current.scrollHeight
  }, [lines, live])
  return (
    // Whoever uses the keyboard must be able to reach what is scrolled.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <pre ref={box} className="build-lines" tabIndex={0} role="log" aria-label="What the engine says" aria-live="off">
      {lines.join("\n")}
    </pre>
  )
}

const Progress = ({ step }: { readonly step: Build["step"] }) =>
  step === null ? (
    <progress className="build-progress" aria-label="The build begins" />
  ) : (
    <>
      <progress
        className="build-progress"
        value={step.at - 1}
        max={step.of}
        aria-label={`Step ${step.at} of ${step.of}`}
      />
      <p className="small">
        Step {step.at} of {step.of}: <code>{step.name}</code>
      </p>
    </>
  )

export const ImageBuild = () => {
  const { data } = useQuery({
    queryKey: ["image"],
    queryFn: () => call("GET /api/image"),
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.build?.state === "building" ? 1000 : 5000)
  })
  const build = data?.build ?? null
  const state = build?.state
  const before = useRef(state)
  useEffect(() => {
    // The doctor knew of no image until now.
    if (before.current === "building" && state !== "building") void queries.invalidateQueries(doctorQuery)
    before.current = state
  }, [state])
  if (build === null) return null
  const [tone, name] = looks[build.state]
  const isLive = build.state === "building"
  const took = build.ended_at === null ? undefined : Date.parse(build.ended_at) - Date.parse(build.started_at)
  return (
    <Card title="The image that agents run in" actions={<Badge tone={tone}>{name}</Badge>}>
      <p className="dim">
        <code>{build.image}</code>{" "}
        {isLive ? (
          <>
            has been building for <Elapsed since={build.started_at} />. What is said to agents meanwhile waits for it.
          </>
        ) : (
          `${build.state === "built" ? "was built in" : "could not be built, after"} ${duration(took ?? 0)}.`
        )}
      </p>
      {isLive && <Progress step={build.step} />}
      {build.state === "failed" && <p className="field-problem">{build.lines.at(-1)}</p>}
      <details className="build-log" open={build.state !== "built"}>
        <summary>What the engine says</summary>
        <Lines lines={build.lines} live={isLive} />
      </details>
    </Card>
  )
}
