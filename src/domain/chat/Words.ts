/** Words that chat platforms share: buttons and commands, as data. */

/** `id`: what comes back with a click, at most 100 characters; see `ButtonIds`. */
export interface Button {
  readonly id: string
  readonly label: string
  readonly style: "primary" | "secondary" | "success" | "danger"
  readonly disabled?: boolean
  /** A click asks for a text first, under this title. */
  readonly asks?: string
}

/** With other words on them. */
export const relabelled = (
  rows: ReadonlyArray<ReadonlyArray<Button>>,
  change: (text: string) => string
): ReadonlyArray<ReadonlyArray<Button>> =>
  rows.map((row) =>
    row.map((button) => ({
      ...button,
      label: change(button.label),
      ...(button.asks !== undefined && { asks: change(button.asks) })
    }))
  )

export interface ChatChoice {
  readonly name: string
  readonly value: string
}

export interface ChatOption {
  readonly name: string
  readonly description: string
  readonly type: "text" | "integer" | "user" | "role"
  readonly required: boolean
  readonly choices?: ReadonlyArray<ChatChoice>
  /** Choices are asked for while it is typed. */
  readonly completes?: boolean
}

/** One command under `/loop`; `template-add` is shown as `template add`. */
export interface ChatCommand {
  readonly name: string
  readonly description: string
  readonly options: ReadonlyArray<ChatOption>
  /** `message`: a command on a message (context menu) under `description`, outside `/loop`. */
  readonly on: "channel" | "message"
}
