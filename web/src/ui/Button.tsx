import type { ButtonHTMLAttributes } from "react"

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: "primary" | "plain" | "danger" | "text"
  readonly tiny?: boolean
}

/** `type="button"` unless said otherwise. */
export const Button = ({ className = "", look = "plain", tiny = false, type = "button", ...rest }: ButtonProps) => (
  // oxlint-disable-next-line react/button-has-type
  <button type={type} className={`button ${look} ${tiny ? "tiny" : ""} ${className}`} {...rest} />
)

/** A picture to press: `label` is its name and its tooltip. */
export const IconButton = ({
  className = "",
  label,
  type = "button",
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & { readonly label: string }) => (
  // oxlint-disable-next-line react/button-has-type
  <button type={type} className={`icon ${className}`} aria-label={label} title={label} {...rest} />
)
