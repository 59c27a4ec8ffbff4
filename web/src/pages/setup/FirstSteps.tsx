/** The way to the first answer, shown until all of it is done. */
import { useQuery } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import { Circle, CircleCheck } from "lucide-react"
import type { ReactNode } from "react"
import { call, type Finding } from "../../api/client.ts"
import { Card } from "../../ui/Card.tsx"
import { doctorQuery } from "./queries.ts"

const Step = ({
  children,
  done,
  title
}: {
  readonly done: boolean
  readonly title: string
  readonly children: ReactNode
}) => (
  <li className={done ? "done" : ""}>
    {done ? <CircleCheck aria-hidden size={20} /> : <Circle aria-hidden size={20} />}
    <div>
      <strong>
        {title}
        <span className="unseen">{done ? ", done" : ", to do"}</span>
      </strong>
      {!done && children}
    </div>
  </li>
)

const isFine = (findings: ReadonlyArray<Finding>, ...names: ReadonlyArray<string>) =>
  findings.some(({ name }) => names.includes(name)) &&
  findings.every(({ name, status }) => !names.includes(name) || status !== "fail")

const mendOf = (findings: ReadonlyArray<Finding>, ...names: ReadonlyArray<string>) =>
  findings.find(({ name, status }) => names.includes(name) && status === "fail")?.mend

export const FirstSteps = () => {
  const { data: findings } = useQuery(doctorQuery)
  const { data: runs } = useQuery({
    queryKey: ["runs", "first"],
    queryFn: () => call("GET /api/runs", { query: { status: "completed", limit: 1 } })
  })
  if (findings === undefined || runs === undefined) return null
  const boxes = isFine(findings, "sandbox", "image")
  const key = isFine(findings, "key")
  const answered = runs.length > 0
  if (boxes && key && answered) return null
  return (
    <Card title="First steps">
      <ol className="steps-to-do plain">
        <Step done={boxes} title="A box for the agents">
          <p>{mendOf(findings, "sandbox", "image") ?? "Install a container engine, or bubblewrap."}</p>
        </Step>
        <Step done={key} title="A key for the model">
          <p>
            Run <code>loop key set</code> in a terminal on the server. The key stays outside of every box, and nobody
            can read it here.
          </p>
        </Step>
        <Step done={answered} title="The first answer">
          <p>
            <Link to="/">Open a channel</Link> and write to the agent.
          </p>
        </Step>
      </ol>
    </Card>
  )
}
