/** Clicks on buttons: each is a decision that lasts, and each is answered, whenever and by whomever it comes. */
import { Clock, Effect } from "effect"
import * as ButtonIds from "../domain/chat/ButtonIds.ts"
import { optionOf } from "../domain/chat/Cards.ts"
import * as ReplyText from "../domain/chat/ReplyText.ts"
import * as TaskText from "../domain/chat/TaskText.ts"
import type { ApprovalId } from "../domain/Ids.ts"
import type { ChatEvent, ChatPlatform } from "../services/ChatPlatform.ts"
import { type CommandAnswer, Conversations } from "../services/Conversations.ts"
import { Requests } from "../services/Requests.ts"
import { TaskControl } from "../services/TaskControl.ts"
import type { Subject } from "../services/Tokens.ts"
import * as Refusals from "./Refusals.ts"
import { subjectOf } from "./Subject.ts"

type Event = Extract<ChatEvent, { readonly _tag: "Click" }>

const projectDecisions = { approve: "approved", decline: "declined" } as const
const decisions = { allow: "allow", always: "allow_always", deny: "deny" } as const

export const make = Effect.gen(function* () {
  const conversations = yield* Conversations
  const requests = yield* Requests
  const tasks = yield* TaskControl
  const answered = yield* Refusals.make

  const option = Effect.fnUntraced(function* (subject: Subject, id: ApprovalId, n: number) {
    const approval = yield* requests.approval(id)
    const chosen = approval && optionOf(approval.request, n)
    if (chosen === undefined) return ReplyText.notAsked
    return ReplyText.answered(yield* conversations.answer(subject, id, chosen.question, chosen.answer))
  })

  const resume = Effect.fnUntraced(function* (subject: Subject, id: number) {
    const { task } = yield* tasks.edit(subject, id, { enabled: true })
    return TaskText.toggled(task, yield* Clock.currentTimeMillis)
  })

  /** The button that was clicked has done what it was for. */
  const takeButtons = Effect.fnUntraced(
    function* (platform: ChatPlatform, { change, message_id, place }: Event) {
      const message = yield* platform.message(place.channel_id, message_id)
      if (message !== undefined) yield* change({ content: message.content, buttons: [] })
    },
    Effect.catch((failed) => Effect.logInfo("A button could not be taken away", failed))
  )

  const act = Effect.fnUntraced(function* (platform: ChatPlatform, subject: Subject, event: Event) {
    const button = ButtonIds.parse(event.button)
    if (button === undefined) return ReplyText.unknownButton
    switch (button.action) {
      case "stop": {
        const { stopped } = yield* conversations.stopRun(subject, button.run)
        return stopped ? ReplyText.stopped : ReplyText.runOver
      }
      case "retry":
        yield* conversations.retry(subject, button.run, { once: true })
        yield* takeButtons(platform, event)
        return ReplyText.triedAgain
      case "resume": {
        const text = yield* resume(subject, button.task)
        yield* takeButtons(platform, event)
        return text
      }
      case "access":
        return yield* conversations.admit(subject, button.ask, button.decision)
      case "host":
        return yield* conversations.allowHost(subject, button.ask, button.decision)
      case "raise": {
        const text = yield* conversations.raiseBudget(subject, button.ask)
        yield* takeButtons(platform, event)
        return text
      }
      case "project":
        return button.what === "show"
          ? yield* conversations.showProject(subject, button.ask)
          : yield* conversations.decideProjectAsked(subject, button.ask, projectDecisions[button.what])
      case "allow":
      case "always":
      case "deny":
        yield* conversations.decide(subject, button.approval, decisions[button.action], null)
        return ReplyText.decided[button.action]
      case "option":
        return yield* option(subject, button.approval, button.n)
      case "answer": {
        const left = yield* conversations.answer(subject, button.approval, button.n, event.text ?? "")
        return ReplyText.answered(left)
      }
    }
  })

  return Effect.fn("Chat.click")((platform: ChatPlatform, event: Event) => {
    const subject = subjectOf(platform, event.person)
    const say = (answer: string | CommandAnswer) => {
      const { file, text } = typeof answer === "string" ? { text: answer } : answer
      const post = { content: text, ...(file !== undefined && { files: [file] }) }
      return Effect.catch(event.reply.say(post, { private: true }), (failed) =>
        Effect.logWarning("A click could not be answered", failed)
      )
    }
    return answered(event.reply, Effect.flatMap(act(platform, subject, event), say))
  })
})
