/** How this installation is set up: one part at a time, each with an address of its own. */
import { Link, useParams } from "@tanstack/react-router"
import { type ComponentType, useEffect, useRef } from "react"
import { Page } from "../../ui/Page.tsx"
import { Audit } from "./Audit.tsx"
import { Configuration } from "./Configuration.tsx"
import { Overview } from "./Overview.tsx"
import { People } from "./People.tsx"
import { Projects } from "./Projects.tsx"
import { Reach } from "./Reach.tsx"
import { Tokens } from "./Tokens.tsx"
import "./setup.css"

const parts: ReadonlyArray<readonly [part: string, name: string, shown: ComponentType]> = [
  ["overview", "Overview", Overview],
  ["people", "People", People],
  ["tokens", "Tokens", Tokens],
  ["reach", "Hosts and rules", Reach],
  ["projects", "Projects", Projects],
  ["configuration", "Configuration", Configuration],
  ["audit", "Audit log", Audit]
]

export default function SetupPage() {
  const { part = "overview" } = useParams({ strict: false })
  const [, , Shown] = parts.find(([each]) => each === part) ?? ["", "", Overview]
  const nav = useRef<HTMLElement>(null)
  // Where they do not all fit, the one that is shown is among those in sight.
  useEffect(() => {
    nav.current?.querySelector(".here")?.scrollIntoView({ block: "nearest", inline: "center" })
  }, [part])
  return (
    <Page title="Setup">
      <nav ref={nav} className="parts" aria-label="Parts of the setup">
        {parts.map(([each, name]) => (
          <Link
            key={each}
            to="/setup/$part"
            params={{ part: each }}
            className={each === part ? "here" : ""}
            aria-current={each === part ? "page" : undefined}
          >
            {name}
          </Link>
        ))}
      </nav>
      <Shown />
    </Page>
  )
}
