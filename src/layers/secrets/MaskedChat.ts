/** A chat platform that is told nothing secret: statuses and answers to commands go there without being stored. */
import { Stream } from "effect"
import { relabelled } from "../../domain/chat/Words.ts"
import type { Masker } from "../../domain/secrets/Masker.ts"
import type { ChatEvent, ChatPlatform, ChatPost, Reply } from "../../services/ChatPlatform.ts"

export const masked = (platform: ChatPlatform, masker: Masker): ChatPlatform => {
  const post = (given: ChatPost): ChatPost => ({
    ...given,
    content: masker.text(given.content),
    ...(given.buttons !== undefined && { buttons: relabelled(given.buttons, masker.text) }),
    ...(given.files !== undefined && {
      files: given.files.map((file) => ({ ...file, name: masker.text(file.name) }))
    })
  })
  const reply = ({ say }: Reply): Reply => ({ say: (given, options) => say(post(given), options) })
  const event = (given: ChatEvent): ChatEvent => {
    switch (given._tag) {
      case "Command":
        return { ...given, reply: reply(given.reply) }
      case "Click":
        return { ...given, reply: reply(given.reply), change: (next) => given.change(post(next)) }
      case "Completing":
        return {
          ...given,
          choices: (shown) => given.choices(shown.map((choice) => ({ ...choice, name: masker.text(choice.name) })))
        }
      default:
        return given
    }
  }
  return {
    ...platform,
    events: Stream.map(platform.events, event),
    deliver: (channel, given, nonce, tried) => platform.deliver(channel, post(given), nonce, tried),
    edit: (channel, id, given) => platform.edit(channel, id, post(given)),
    makeChannel: ({ name, topic }) =>
      platform.makeChannel({
        name: masker.text(name),
        ...(topic !== undefined && { topic: masker.text(topic) })
      }),
    makeThread: (parent, draft) => platform.makeThread(parent, { ...draft, name: masker.text(draft.name) }),
    rename: (channel, name) => platform.rename(channel, masker.text(name))
  }
}
