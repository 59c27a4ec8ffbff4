/** Commands, buttons and forms on the test's Discord, answered by the real discord.js. */
import { assert, describe, it } from "@effect/vitest"
import {
  ActionRowBuilder,
  type APIApplicationCommandOption,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ButtonBuilder,
  ButtonStyle,
  type Interaction,
  MessageFlags,
  ModalBuilder,
  TextInputBuilder,
  TextInputStyle
} from "discord.js"
import { Cause, Effect, Exit } from "effect"
import { type Bot, call, done, enter, refusal } from "./bot.ts"

const schedule: APIApplicationCommandOption = {
  type: ApplicationCommandOptionType.Subcommand,
  name: "schedule",
  description: "Do it later",
  options: [
    {
      type: ApplicationCommandOptionType.String,
      name: "when",
      description: "When",
      required: true,
      autocomplete: true
    },
    {
      type: ApplicationCommandOptionType.String,
      name: "type",
      description: "How",
      required: true,
      choices: [{ name: "Cron", value: "cron" }]
    },
    { type: ApplicationCommandOptionType.User, name: "who", description: "Who" }
  ]
}

const commands = [
  {
    name: "loop",
    description: "All of it",
    options: [
      schedule,
      { type: ApplicationCommandOptionType.Subcommand, name: "status", description: "What runs" } as const
    ]
  },
  { name: "Ask about it", type: ApplicationCommandType.Message } as const
]

const stop = new ActionRowBuilder<ButtonBuilder>().addComponents(
  new ButtonBuilder().setCustomId("stop:1").setLabel("Stop").setStyle(ButtonStyle.Danger),
  new ButtonBuilder().setCustomId("old").setLabel("Old").setStyle(ButtonStyle.Secondary).setDisabled(true)
)

const ready = Effect.gen(function* () {
  const entered = yield* enter()
  yield* call(async () => entered.bot.client.application?.commands.set(commands))
  return { ...entered, ...entered.server.interactions }
})

const heard = <Kind extends Interaction>(bot: Bot, is: (one: Interaction) => one is Kind, id: string) =>
  Effect.map(
    bot.hears("interactionCreate", (one) => one.id === id),
    ([one]) => (is(one) ? one : assert.fail(`It is of type ${one.type}.`))
  )

const isChat = (one: Interaction) => one.isChatInputCommand()
const isButton = (one: Interaction) => one.isButton()

describe("a Discord for tests: interactions", () => {
  it.live("a subcommand arrives with its options and is answered for one person", () =>
    Effect.gen(function* () {
      const { bot, server, slash } = yield* ready
      const options = { when: "daily", type: "cron", who: server.owner }
      const asking = yield* slash(server.general, server.owner, "loop", { subcommand: "schedule", options })
      const interaction = yield* heard(bot, isChat, asking.interaction.id)
      assert.strictEqual(interaction.options.getSubcommand(), "schedule")
      assert.strictEqual(interaction.options.getString("when"), "daily")
      assert.strictEqual(interaction.options.getUser("who")?.id, server.owner.id)
      const response = yield* call(() =>
        interaction.reply({ content: "Done.", flags: MessageFlags.Ephemeral, withResponse: true })
      )
      const answer = yield* asking.answered
      assert.deepInclude(answer, { type: 4, messageId: response.resource?.message?.id })
      assert.strictEqual(asking.shown()?.content, "Done.")
      assert.deepStrictEqual(server.messages(server.general), [])
      assert.strictEqual((yield* refusal(() => interaction.followUp("").then(() => undefined))).code, 50_006)
    })
  )

  it.live("a deferred answer is edited, followed up and deleted; the first one told may take its place", () =>
    Effect.gen(function* () {
      const { bot, server, slash } = yield* ready
      const asking = yield* slash(server.general, server.owner, "loop", { subcommand: "status" })
      const interaction = yield* heard(bot, isChat, asking.interaction.id)
      yield* done(() => interaction.deferReply())
      const announced = asking.shown()
      assert.deepInclude(announced, { content: "", flags: 128, type: 20 })
      yield* done(() => interaction.editReply("One run."))
      assert.deepInclude(announced, { content: "One run.", flags: 0, editedAt: undefined })
      yield* bot.hears("messageUpdate", (_, after) => after.id === announced?.id && after.content === "One run.")
      yield* done(() =>
        interaction.followUp({ content: "And more.", files: [{ attachment: Buffer.from("x"), name: "x.txt" }] })
      )
      assert.deepStrictEqual(
        asking.followups().map(({ attachments, content }) => [content, attachments[0]?.filename]),
        [["And more.", "x.txt"]]
      )
      yield* done(() => interaction.deleteReply())
      assert.strictEqual((yield* refusal(() => interaction.fetchReply())).code, 10_008)

      const second = yield* slash(server.general, server.owner, "loop", { subcommand: "status" })
      const again = yield* heard(bot, isChat, second.interaction.id)
      yield* done(() => again.deferReply())
      yield* done(() => again.followUp("Instead."))
      assert.strictEqual(second.shown()?.content, "Instead.")
      assert.deepStrictEqual(second.followups(), [])
    })
  )

  it.live("an interaction is answered once, in time, and while its token lives", () =>
    Effect.gen(function* () {
      const { bot, server, slash } = yield* ready
      const ask = slash(server.general, server.owner, "loop", { subcommand: "status" })
      const late = yield* ask
      const missed = yield* heard(bot, isChat, late.interaction.id)
      yield* late.miss
      assert.deepInclude(yield* refusal(() => missed.reply("x")), { code: 10_062, status: 404 })
      const asking = yield* ask
      const interaction = yield* heard(bot, isChat, asking.interaction.id)
      yield* done(() => interaction.reply("first"))
      const twice = refusal(() =>
        bot.client.rest.post(`/interactions/${interaction.id}/${interaction.token}/callback`, {
          body: { type: 4, data: { content: "second" } },
          auth: false
        })
      )
      assert.strictEqual((yield* twice).code, 40_060)
      yield* asking.expire
      assert.deepInclude(yield* refusal(() => interaction.editReply("x")), { code: 50_027, status: 401 })
    })
  )

  it.live("suggestions are given while an option is typed", () =>
    Effect.gen(function* () {
      const { autocomplete, bot, server } = yield* ready
      const filled = { subcommand: "schedule", options: { when: "da" }, focused: "when" }
      const asking = yield* autocomplete(server.general, server.owner, "loop", filled)
      const interaction = yield* heard(bot, (one) => one.isAutocomplete(), asking.interaction.id)
      assert.strictEqual(interaction.options.getFocused(), "da")
      yield* call(() => interaction.respond([{ name: "Daily", value: "daily" }]))
      const answer = yield* asking.answered
      assert.deepStrictEqual(answer, {
        type: 8,
        data: { choices: [{ name: "Daily", value: "daily" }] },
        messageId: undefined
      })
    })
  )

  it.live("a button is acknowledged, changes its message, or is answered", () =>
    Effect.gen(function* () {
      const { bot, click, general, server } = yield* ready
      const sent = yield* call(() => general.send({ content: "Working…", components: [stop] }))
      const stored = yield* server.untilMessage(server.general, ({ id }) => id === sent.id)
      const quiet = yield* click(stored, "stop:1", server.owner)
      const first = yield* heard(bot, isButton, quiet.interaction.id)
      assert.strictEqual(first.message.id, sent.id)
      assert.strictEqual(first.user.id, server.owner.id)
      yield* done(() => first.deferUpdate())
      assert.strictEqual((yield* quiet.answered).type, 6)
      const changing = yield* click(stored, "stop:1", server.owner)
      const second = yield* heard(bot, isButton, changing.interaction.id)
      yield* done(() => second.update({ content: "Stopped.", components: [] }))
      assert.deepInclude(stored, { content: "Stopped.", components: [] })
      const gone = yield* Effect.exit(click(stored, "stop:1", server.owner))
      assert.include(Exit.isFailure(gone) ? Cause.pretty(gone.cause) : "", "nothing with the id stop:1")
    })
  )

  it.live("a menu of a message shows it; a form is opened, filled in and answered", () =>
    Effect.gen(function* () {
      const { bot, messageMenu, server, submitModal, userSays } = yield* ready
      const said = yield* userSays(server.general, server.owner, "what is this?")
      const asking = yield* messageMenu(said, "Ask about it", server.owner)
      const menu = yield* heard(bot, (one) => one.isMessageContextMenuCommand(), asking.interaction.id)
      assert.strictEqual(menu.targetMessage.content, "what is this?")
      const text = new TextInputBuilder().setCustomId("text").setLabel("Text").setStyle(TextInputStyle.Paragraph)
      const form = new ModalBuilder()
        .setCustomId("form")
        .setTitle("Answer")
        .addComponents(new ActionRowBuilder<TextInputBuilder>().addComponents(text))
      yield* done(() => menu.showModal(form))
      assert.strictEqual((yield* asking.answered).type, 9)
      const sending = yield* submitModal(asking, { text: "because" })
      const submit = yield* heard(bot, (one) => one.isModalSubmit(), sending.interaction.id)
      assert.strictEqual(submit.fields.getTextInputValue("text"), "because")
      yield* done(() => submit.reply("Thanks."))
      assert.strictEqual(sending.shown()?.content, "Thanks.")
      assert.lengthOf(server.interactionAnswers(), 2)
    })
  )

  it.live("people cannot send what Discord's client would not", () =>
    Effect.gen(function* () {
      const { click, general, server, slash } = yield* ready
      const sent = yield* call(() => general.send({ content: "Working…", components: [stop] }))
      const stored = yield* server.untilMessage(server.general, ({ id }) => id === sent.id)
      const fails = (act: Effect.Effect<unknown>, text: string) =>
        Effect.map(Effect.exit(act), (exit) =>
          assert.include(Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "It went through.", text)
        )
      const run = (options: Readonly<Record<string, string | number>>) =>
        slash(server.general, server.owner, "loop", { subcommand: "schedule", options })
      yield* fails(run({ when: "daily" }), "type is required")
      yield* fails(run({ when: "daily", type: "never" }), "type has no such choice")
      yield* fails(run({ when: 1, type: "cron" }), "when is not of type 3")
      yield* fails(slash(server.general, server.owner, "loop"), "a subcommand is needed")
      yield* fails(slash(server.general, server.owner, "other"), "no command other")
      yield* fails(click(stored, "old", server.owner), "greyed out")
    })
  )
})
