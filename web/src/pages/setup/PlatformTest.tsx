/** Asks the chat platforms whether they take the bot as config.json has it now. */
import { useMutation } from "@tanstack/react-query"
import { call } from "../../api/client.ts"
import { Button } from "../../ui/Button.tsx"
import { Failed } from "../../ui/States.tsx"
import { FindingLine } from "./Findings.tsx"

export const PlatformTest = () => {
  const { data, error, isPending, mutate } = useMutation({ mutationFn: () => call("POST /api/platforms/check") })
  return (
    <div className="platform-test">
      <Button disabled={isPending} onClick={() => mutate()}>
        {isPending ? "Asking Discord…" : "Test the Discord bot"}
      </Button>
      <div role="status">
        {data?.length === 0 && (
          <p className="dim">
            <code>platforms</code> in config.json does not name it.
          </p>
        )}
        {data !== undefined && data.length > 0 && (
          <ul className="findings plain">
            {data.map((finding) => (
              <FindingLine key={finding.detail} {...finding} name={finding.status === "ok" ? "Works:" : "Look:"} />
            ))}
          </ul>
        )}
      </div>
      {error !== null && <Failed error={error} />}
    </div>
  )
}
