/** Loop's own tools. */
import { Effect, Schema } from "effect"
import { SecureRandom } from "effect/crypto"
import { Channels } from "../services/Channels.ts"
import { Messages } from "../services/Messages.ts"
import { PackageFiles } from "../services/PackageFiles.ts"
import { sendFile } from "./SendFile.ts"
import { allowed } from "./Asking.ts"
import { askUser } from "./AskUser.ts"
import { indexMemory, searchMemory } from "./Memory.ts"
import { createChannel, createThread, deleteThread, renameThread, searchChannels } from "./Places.ts"
import { listRuns, showRun } from "./Runs.ts"
import { cancelTask, editTask, listTasks, scheduleTask, showTask, toggleTask } from "./Tasks.ts"
import { tool, ToolFailed, type Tool } from "./Tool.ts"

/** The one channel of an id; a bare native id will do where only one channel has it. */
const channelOf = Effect.fnUntraced(function* (id: string) {
  const [channel, ...others] = yield* Channels.use((channels) => channels.resolve(id))
  if (channel === undefined) {
    return yield* new ToolFailed({ message: `There is no channel ${id}. Ask for its id, such as local:abcd….` })
  }
  if (others.length > 0) {
    const ids = [channel, ...others].map(({ channel_id }) => channel_id)
    return yield* new ToolFailed({ message: `${id} may mean ${ids.join(" or ")}: give one of these.` })
  }
  return channel
})

const sendMessage = tool(
  {
    name: "send_message",
    description:
      "Says something as Loop's bot in a channel or thread, another one or your own. Use it to tell people elsewhere " +
      "about your work, or when you are asked to post somewhere. Not for your answer in this conversation: what you " +
      "write as your answer is shown here anyway.",
    input: Schema.Struct({
      channel_id: Schema.NonEmptyString.annotate({ description: "Id of the channel, such as local:… or discord:…" }),
      content: Schema.NonEmptyString.annotate({ description: "The text, in Markdown" })
    })
  },
  function* ({ channel_id, content }, { run_id, subject }) {
    const channel = yield* channelOf(channel_id)
    yield* allowed(subject, "write", channel.channel_id)
    const key = `tool:${yield* SecureRandom.SecureRandom.use((random) => random.uuidV7())}`
    yield* Messages.use((messages) =>
      messages.say({ channel_id: channel.channel_id, run_id, key, content, aside: true })
    )
    return `Said in ${channel.name === "" ? "" : `${channel.name}, `}${channel.channel_id}.`
  }
)

const getReadme = tool(
  {
    name: "get_readme",
    description:
      "Gives Loop's own README: what Loop is, its commands, configuration and interface. Use it when somebody asks " +
      "how Loop works or how to set it up.",
    input: Schema.Struct({})
  },
  function* () {
    const { readme } = yield* PackageFiles
    return readme === "" ? yield* new ToolFailed({ message: "This installation has no README." }) : readme
  }
)

export const tools: ReadonlyArray<Tool> = [
  sendMessage,
  sendFile,
  askUser,
  scheduleTask,
  listTasks,
  showTask,
  editTask,
  toggleTask,
  cancelTask,
  listRuns,
  showRun,
  getReadme,
  searchChannels,
  createChannel,
  createThread,
  renameThread,
  deleteThread,
  searchMemory,
  indexMemory
]
