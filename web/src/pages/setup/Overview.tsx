/** What a newcomer has to do, what runs, and what the doctor finds. */
import { Connections } from "./Connections.tsx"
import { Findings } from "./Findings.tsx"
import { FirstSteps } from "./FirstSteps.tsx"
import { ImageBuild } from "./ImageBuild.tsx"

export const Overview = () => (
  <>
    <FirstSteps />
    <ImageBuild />
    <Findings />
    <Connections />
  </>
)
