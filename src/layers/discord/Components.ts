/** Buttons, and the form that a button opens. */
import {
  type APIActionRowComponent,
  type APIButtonComponentWithCustomId,
  type APIModalInteractionResponseCallbackData,
  type APIModalSubmission,
  ButtonStyle,
  ComponentType,
  TextInputStyle
} from "discord-api-types/v10"
import type { Button } from "../../domain/chat/Words.ts"
import { clip } from "../../domain/Text.ts"

/** In UTF-16 units, as Discord counts: https://discord.com/developers/docs/components/reference */
const idLimit = 100
const labelLimit = 80
const titleLimit = 45
const valueLimit = 4000

const styles = {
  primary: ButtonStyle.Primary,
  secondary: ButtonStyle.Secondary,
  success: ButtonStyle.Success,
  danger: ButtonStyle.Danger
} as const

/** What tells a button that asks: a form can only be the first answer to a click, so nobody can be asked before it opens. */
const mark = "?"
const end = "|"

/** A click has nothing but the id with it, so the form's title travels in front of the id, as far as there is room. */
const customId = ({ asks, id }: Button): string =>
  asks === undefined
    ? id
    : `${mark}${clip(asks.replaceAll(end, " "), Math.min(titleLimit, idLimit - id.length - 2))}${end}${id}`

/** The form that a click on this button opens; undefined for a plain one. */
export const formOf = (customId: string): APIModalInteractionResponseCallbackData | undefined => {
  if (!customId.startsWith(mark)) return undefined
  const at = customId.indexOf(end)
  if (at < 0) return undefined
  const title = customId.slice(mark.length, at).trim() || "Your text"
  return {
    custom_id: customId.slice(at + 1),
    title,
    components: [
      {
        type: ComponentType.Label,
        label: title,
        component: {
          type: ComponentType.TextInput,
          custom_id: "text",
          style: TextInputStyle.Paragraph,
          required: true,
          max_length: valueLimit
        }
      }
    ]
  }
}

/** What was written into the form. */
export const textOf = ({ components }: APIModalSubmission): string => {
  for (const each of components) {
    const inputs = each.type === ComponentType.Label ? [each.component] : "components" in each ? each.components : []
    for (const input of inputs) if ("value" in input && typeof input.value === "string") return input.value
  }
  return ""
}

const button = (each: Button): APIButtonComponentWithCustomId => ({
  type: ComponentType.Button,
  custom_id: customId(each),
  label: clip(each.label, labelLimit),
  style: styles[each.style],
  ...(each.disabled === true && { disabled: true })
})

export const rowsOf = (
  rows: ReadonlyArray<ReadonlyArray<Button>> = []
): Array<APIActionRowComponent<APIButtonComponentWithCustomId>> =>
  rows.filter((row) => row.length > 0).map((row) => ({ type: ComponentType.ActionRow, components: row.map(button) }))
