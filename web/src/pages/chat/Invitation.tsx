import { Button } from "../../ui/Button.tsx"
import { Empty } from "../../ui/States.tsx"
import { propose } from "./composer/draft.ts"

const examples = ["What is in this directory?", "Which tools do you have?", "Write a small web page about queues"]

/** What stands in a channel in which nothing was said. */
export const Invitation = () => (
  <Empty
    title="Give the agent something to do"
    actions={examples.map((text) => (
      <Button key={text} onClick={() => propose(text)}>
        {text}
      </Button>
    ))}
  >
    <p>Type a message below. The agent works on it in a locked box; you see what it does and what it says here.</p>
  </Empty>
)
