/** One message: who said it, what state it is in, its text, its files, and what can be done about it. */
import { GitFork, RefreshCw } from "lucide-react"
import { useState } from "react"
import type { Message } from "../../api/client.ts"
import { count, dollars, tokens } from "../../lib/numbers.ts"
import { duration } from "../../lib/time.ts"
import { CopyButton } from "../../markdown/CodeBlock.tsx"
import { Markdown } from "../../markdown/Markdown.tsx"
import { Badge } from "../../ui/Card.tsx"
import { Button, IconButton } from "../../ui/Button.tsx"
import { Time } from "../../ui/Time.tsx"
import { Face } from "./Face.tsx"
import { Files } from "./Files.tsx"
import { MessageButtons } from "./MessageButtons.tsx"
import { act } from "./problem.ts"
import type { RunFacts } from "./conversation.ts"
import type { Row } from "./rows.ts"
import { ThreadDialog } from "./ThreadDialog.tsx"

const states: Partial<Record<Message["state"], string>> = {
  queued: "waiting",
  failed: "failed",
  stopped: "stopped",
  dropped: "dropped",
  noted: "said without calling Loop",
  undelivered: "not delivered",
  unknown: "delivery unclear"
}
const kinds: Readonly<Record<string, string>> = { task: "scheduled task", raw: "command" }

/** On this page the local user is whoever reads it. */
const nameOf = ({ author_id, author_name, is_bot }: Message) =>
  is_bot ? author_name || "Loop" : author_id === "local-user" ? "You" : author_name

const retry = (run: string) => void act("POST /api/runs/{id}/retry", { path: { id: run } })

const Byline = ({ message }: { readonly message: Message }) => {
  const name = nameOf(message)
  const kind = message.is_bot ? undefined : kinds[message.kind ?? "prompt"]
  return (
    <p className="by">
      <Face bot={message.is_bot} name={name} />
      <b>{name}</b>
      <Time at={message.created_at} as="clock" />
      {kind !== undefined && <span className="badge kind">{kind}</span>}
    </p>
  )
}

const ended: Readonly<Record<string, string>> = { failed: "Failed", stopped: "Stopped", timed_out: "Out of time" }

const Facts = ({ facts }: { readonly facts: RunFacts }) => (
  <span className="facts num">
    {[ended[facts.status], duration(facts.duration_ms), dollars(facts.cost_usd), `${count(tokens(facts.usage))} tokens`]
      .filter((each) => each !== undefined)
      .join(" · ")}
  </span>
)

const Tools = ({ again, id, message }: { readonly again: boolean; readonly id: string; readonly message: Message }) => {
  const [threading, setThreading] = useState(false)
  const { message_id, run_id, state } = message
  const waits = state === "queued" || state === "dropped"
  return (
    <span className="tools" role="group" aria-label="What can be done with this message">
      {message.content !== "" && <CopyButton text={message.content} what="Copy the text" />}
      {!waits && (
        <IconButton label="Open a thread from here" onClick={() => setThreading(true)}>
          <GitFork aria-hidden size={14} />
        </IconButton>
      )}
      {again && run_id !== undefined && (
        <Button tiny className="again" onClick={() => retry(run_id)}>
          <RefreshCw aria-hidden size={13} /> Try again
        </Button>
      )}
      {threading && (
        <ThreadDialog channel={id} message={message_id} about={message.content} onClose={() => setThreading(false)} />
      )}
    </span>
  )
}

const Text = ({ message }: { readonly message: Message }) => {
  const { attachments, content, is_bot } = message
  if (is_bot) {
    return (
      <div className="body">
        <Markdown text={content} />
      </div>
    )
  }
  return content === "" && attachments !== undefined ? null : <div className="body said">{content}</div>
}

const classOf = ({ is_bot, kind = "prompt" }: Message) =>
  is_bot ? "bot" : kind === "prompt" ? "person" : `person ${kind}`

interface Props {
  readonly id: string
  readonly row: Row
  readonly message: Message
}

export const MessageView = ({ id, message, row }: Props) => {
  const { again, facts, head } = row
  const state = states[message.state]
  return (
    <article className={classOf(message)} data-state={message.state} data-id={message.message_id}>
      {head && <Byline message={message} />}
      <Text message={message} />
      <Files channel={id} message={message} />
      {message.is_bot && <MessageButtons message={message} />}
      <div className="below">
        {state !== undefined && (
          <span className="state">
            <Badge tone={message.state === "failed" || message.state === "undelivered" ? "bad" : ""}>{state}</Badge>
          </span>
        )}
        {facts !== undefined && <Facts facts={facts} />}
        <Tools again={again} id={id} message={message} />
      </div>
    </article>
  )
}
