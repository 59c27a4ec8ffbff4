/** Every key of the configuration, with what is in force; problems of the file stand at their keys. */
import { useQuery } from "@tanstack/react-query"
import { useDeferredValue, useState } from "react"
import { call, type ConfigKey } from "../../api/client.ts"
import { Card } from "../../ui/Card.tsx"
import { Field } from "../../ui/Field.tsx"
import { Failed, Loading } from "../../ui/States.tsx"
import { Ticked } from "./Ticked.tsx"

const shown = (value: ConfigKey["value"]): string =>
  value === null || value === "" ? "–" : typeof value === "string" ? value : JSON.stringify(value)

const isSet = ({ default: fallback, value }: ConfigKey): boolean =>
  value !== null &&
  value !== "" &&
  JSON.stringify(value) !== fallback.replaceAll("`", "") &&
  !/^(\[\]|\{\})$/.test(JSON.stringify(value))

const Key = ({ entry, problem }: { readonly entry: ConfigKey; readonly problem: string | undefined }) => (
  <div className={problem === undefined ? "key" : "key wrong"}>
    <dt>
      <code>{entry.key}</code>
      {isSet(entry) && <span className="unseen"> (not the default)</span>}
    </dt>
    <dd>
      <code className={isSet(entry) ? "value set" : "value"}>{shown(entry.value)}</code>
      <p className="dim small">
        <Ticked text={`${entry.description} Default: ${entry.default}.`} />
      </p>
      {problem !== undefined && (
        <p className="field-problem" role="alert">
          <Ticked text={problem} />
        </p>
      )}
    </dd>
  </div>
)

export const Configuration = () => {
  const { data, error, refetch } = useQuery({
    queryKey: ["config"],
    queryFn: () => call("GET /api/config"),
    refetchInterval: 5000
  })
  const [wanted, setWanted] = useState("")
  const text = useDeferredValue(wanted).trim().toLowerCase()
  if (error !== null) return <Failed error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <Loading />
  const { keys, path, problems } = data
  const at = (key: string) => problems.find((problem) => problem.key === key || problem.key.startsWith(`${key}.`))
  const elsewhere = problems.filter(
    ({ key }) => !keys.some((entry) => key === entry.key || key.startsWith(`${entry.key}.`))
  )
  const found = keys.filter(({ description, key }) => `${key} ${description}`.toLowerCase().includes(text))
  const ordered = found.toSorted((a, b) => Number(at(b.key) !== undefined) - Number(at(a.key) !== undefined))
  return (
    <Card title="Configuration">
      <p className="dim">
        It is in <code>{path}</code>. An edit applies when it is valid; else the last good one stays in force and the
        problem is shown here.
      </p>
      {elsewhere.map(({ key, line, message }) => (
        <p key={`${key} ${message}`} className="field-problem" role="alert">
          {key === "" ? "" : `${key}: `}
          <Ticked text={message} />
          {line === null ? "" : ` (line ${line})`}
        </p>
      ))}
      <Field label="Find a key">
        <input className="input" type="search" value={wanted} onChange={(event) => setWanted(event.target.value)} />
      </Field>
      <dl className="keys">
        {ordered.map((entry) => {
          const problem = at(entry.key)
          const said = problem && `${problem.message}${problem.line === null ? "" : ` (line ${problem.line})`}`
          return <Key key={entry.key} entry={entry} problem={said} />
        })}
      </dl>
    </Card>
  )
}
