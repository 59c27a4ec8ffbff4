import { Link } from "@tanstack/react-router"
import { Page } from "../ui/Page.tsx"
import { Empty } from "../ui/States.tsx"

export const Lost = () => (
  <Page title="Nothing here">
    <Empty
      title="There is nothing at this address"
      actions={
        <Link className="button plain" to="/">
          Go to the chat
        </Link>
      }
    >
      <p>It may have been deleted, or the address is not complete.</p>
    </Empty>
  </Page>
)
