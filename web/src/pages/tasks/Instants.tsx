/** A task's next instants in its zone; beside them what the viewer's clock shows then, where that is another time. */
import { Time } from "../../ui/Time.tsx"
import { clockIn, inZone, ownZone, sameClock } from "./zones.ts"

export const Instants = ({ all, zone }: { readonly all: ReadonlyArray<string>; readonly zone: string }) => (
  <ol className="plain task-instants">
    {all.map((at) => (
      <li key={at}>
        <time dateTime={at} className="num">
          {inZone(at, zone)}
        </time>
        <span className="dim small num">
          {!sameClock(at, zone) && ` · ${clockIn(at, ownZone)} for you`}
          {" · "}
          <Time at={at} as="relative" />
        </span>
      </li>
    ))}
  </ol>
)
