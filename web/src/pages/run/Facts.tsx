/** A run in figures. */
import { Link } from "@tanstack/react-router"
import type { ChannelEntry, Run } from "../../api/client.ts"
import { count, dollars, tokens } from "../../lib/numbers.ts"
import { Fact, Facts } from "../../ui/Facts.tsx"
import { Time } from "../../ui/Time.tsx"
import { ChannelLink, RunState, Took } from "../runs/RunState.tsx"

export const RunFacts = ({ channel, run }: { readonly run: Run; readonly channel: ChannelEntry | undefined }) => {
  const { usage } = run
  return (
    <Facts>
      <Fact name="State">
        <RunState status={run.status} />
      </Fact>
      <Fact name="Channel">
        <ChannelLink id={run.channel_id} channel={channel} />
        {channel !== undefined && <span className="dim"> {channel.platform}</span>}
      </Fact>
      <Fact name="Began by">
        {run.task_id === undefined ? (
          "a message"
        ) : (
          <Link to="/tasks/$task" params={{ task: String(run.task_id) }}>
            Task {run.task_id}
          </Link>
        )}
      </Fact>
      <Fact name="Began">
        <Time at={run.started_at} />
      </Fact>
      <Fact name={run.ended_at === null ? "Takes so far" : "Took"}>
        <span className="num">
          <Took run={run} />
        </span>
      </Fact>
      <Fact name="Cost">
        <span className="num">{dollars(run.cost_usd)}</span>
      </Fact>
      <Fact name="Turns">
        <span className="num">{run.turns}</span>
        {run.attempt > 1 && <span className="dim small">{` at attempt ${run.attempt}`}</span>}
      </Fact>
      <Fact name="Tokens" wide>
        <span className="num">{count(tokens(usage))}</span>
        <span className="dim small num">
          {` ${count(usage.input_tokens)} in, ${count(usage.output_tokens)} out, ${count(usage.cache_read_tokens)} from the cache, ${count(usage.cache_write_tokens)} into it`}
        </span>
      </Fact>
      {run.session_id !== null && (
        <Fact name="Session">
          <code className="run-about">{run.session_id}</code>
        </Fact>
      )}
    </Facts>
  )
}
