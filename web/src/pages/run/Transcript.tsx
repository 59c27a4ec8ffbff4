/** What was asked, done and said in a run. */
import { memo } from "react"
import type { Message } from "../../api/client.ts"
import type { ServerEvent } from "../../live/events.ts"
import { Markdown } from "../../markdown/Markdown.tsx"
import { Guard } from "../../ui/Guard.tsx"
import { Time } from "../../ui/Time.tsx"
import { ApprovalCard } from "../chat/ApprovalCard.tsx"
import { Face } from "../chat/Face.tsx"
import { Files } from "../chat/Files.tsx"
import { StepView } from "../chat/WorkView.tsx"
import { type Part, transcriptOf } from "./transcript.ts"

const Said = ({ channel, message }: { readonly channel: string; readonly message: Message }) => {
  const name = message.is_bot
    ? message.author_name || "Loop"
    : message.author_id === "local-user"
      ? "You"
      : message.author_name
  return (
    <article className={message.is_bot ? "said-by bot" : "said-by person"}>
      <p className="by">
        <Face bot={message.is_bot} name={name} />
        <b>{name}</b>
        <Time at={message.created_at} />
      </p>
      <div className="body">
        {message.is_bot ? <Markdown text={message.content} /> : <p className="as-it-is">{message.content}</p>}
      </div>
      <Files channel={channel} message={message} />
    </article>
  )
}

const PartView = memo(({ channel, part }: { readonly channel: string; readonly part: Part }) => {
  switch (part.kind) {
    case "message":
      return <Said channel={channel} message={part.message} />
    case "work":
      return (
        <ul className="plain steps" aria-label="What the agent did">
          {part.steps.map((step) => (
            <StepView key={step.key} step={step} />
          ))}
        </ul>
      )
    case "approval":
      return <ApprovalCard approval={part.approval} />
  }
})

interface Props {
  readonly channel: string
  readonly messages: ReadonlyArray<Message>
  readonly journal: ReadonlyArray<ServerEvent>
}

export const Transcript = ({ channel, journal, messages }: Props) => {
  const parts = transcriptOf(messages, journal)
  if (parts.length === 0) return <p className="dim">Nothing has been said in it yet.</p>
  return (
    <div className="run-transcript">
      {parts.map((part) => (
        <Guard key={part.key} instead={<p className="dim">This cannot be shown.</p>}>
          <PartView channel={channel} part={part} />
        </Guard>
      ))}
    </div>
  )
}
