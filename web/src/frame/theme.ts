/** Light, dark, or as the system is. */
import { remembered } from "../lib/storage.ts"

export type Theme = "system" | "light" | "dark"

const isTheme = (value: unknown): value is Theme => value === "system" || value === "light" || value === "dark"
const theme = remembered<Theme>("theme", "system", isTheme)

const show = (value: Theme) => {
  if (value === "system") delete document.documentElement.dataset["theme"]
  else document.documentElement.dataset["theme"] = value
}
show(theme.get())

export const useTheme = theme.use

export const setTheme = (value: Theme): void => {
  theme.set(value)
  show(value)
}

export const nextTheme: Readonly<Record<Theme, Theme>> = { system: "light", light: "dark", dark: "system" }
