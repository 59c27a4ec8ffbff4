/**
 * The tool with which an agent asks a person and waits. A run's call never comes here: it is a question of the run
 * (`src/domain/AskUser.ts`), which waits without its slot. What comes here has nobody to wait for.
 */
import { Input, name } from "../domain/AskUser.ts"
import { tool, ToolFailed } from "./Tool.ts"

export const askUser = tool(
  {
    name,
    description:
      "Asks the people in this conversation a question and waits for the answer, some minutes at most. Use it when you " +
      "cannot go on without a decision that is theirs; whatever can wait belongs into your answer.",
    input: Input
  },
  function* () {
    return yield* new ToolFailed({
      message:
        "Nobody was asked: only an agent that works on a message in the channel can wait for an answer there. Ask your own " +
        "user, or post the question with send_message and read the answer later."
    })
  }
)
