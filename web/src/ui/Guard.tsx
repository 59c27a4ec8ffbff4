/** What cannot be drawn takes nothing else with it: in its place stands what is given. */
import { Component, type ReactNode } from "react"

interface Props {
  readonly instead: ReactNode
  readonly children: ReactNode
}

export class Guard extends Component<Props, { readonly failed: boolean }> {
  override state = { failed: false }
  static getDerivedStateFromError() {
    return { failed: true }
  }
  override render() {
    return this.state.failed ? this.props.instead : this.props.children
  }
}
