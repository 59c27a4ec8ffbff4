/** What is due on the days of a week or a month, in the viewer's zone. */
import { keepPreviousData, useQuery } from "@tanstack/react-query"
import { getRouteApi, Link } from "@tanstack/react-router"
import { ChevronLeft, ChevronRight } from "lucide-react"
import { call, type Task } from "../../api/client.ts"
import { changed } from "../../lib/changed.ts"
import { clock } from "../../lib/time.ts"
import { Button, IconButton } from "../../ui/Button.tsx"
import { Failed } from "../../ui/States.tsx"
import { useNow } from "../../ui/Time.tsx"
import { dayOf, daysFrom, firstOfWeek, inWords, isSameMonth, monthOf, plusDays, plusMonths } from "./days.ts"
import { clockIn, inZone, ownZone, sameClock } from "./zones.ts"
import "./calendar.css"

const route = getRouteApi("/tasks")

interface Due {
  readonly at: string
  readonly task: Task
  /** That it comes again that day, more often than is shown. */
  readonly more: boolean
}

const DueLine = ({ due: { at, more, task } }: { readonly due: Due }) => {
  const { zone = ownZone } = task
  // An interval is the same in every zone.
  const elsewhere = task.type !== "interval" && !sameClock(at, zone)
  return (
    <li className="calendar-due">
      <Link
        to="/tasks/$task"
        params={{ task: String(task.id) }}
        title={`${task.prompt.slice(0, 300)}\n${inZone(at, zone)} in ${zone}`}
      >
        <time dateTime={at} className="num">
          {clock(at)}
        </time>{" "}
        <span className="due-what">{task.prompt}</span>
        {more && <span className="dim">{task.type === "interval" ? ` every ${task.schedule}` : " and on"}</span>}
        {elsewhere && <span className="dim due-zone">{`${clockIn(at, zone)} ${zone}`}</span>}
      </Link>
    </li>
  )
}

/** In a month a day has room for a few; the rest is counted. */
const inMonth = 3

const Day = ({
  date,
  due,
  month,
  other,
  today
}: {
  readonly date: string
  readonly due: ReadonlyArray<Due>
  readonly month: boolean
  /** Of the month before or after. */
  readonly other: boolean
  readonly today: boolean
}) => {
  const shown = month ? due.slice(0, inMonth) : due
  return (
    <li className="day-of" data-other={other || undefined} data-empty={due.length === 0 || undefined}>
      <h3 className="day-name" aria-current={today ? "date" : undefined}>
        <span className="unseen">{inWords(date, { weekday: "long", day: "numeric", month: "long" })}</span>
        <span aria-hidden className="day-long">
          {inWords(date, { weekday: "short" })}{" "}
        </span>
        <span aria-hidden className="day-number">
          {Number(date.slice(8))}
        </span>
      </h3>
      {shown.length > 0 && (
        <ul className="plain">
          {shown.map((each) => (
            <DueLine key={`${each.task.id} ${each.at}`} due={each} />
          ))}
        </ul>
      )}
      {shown.length < due.length && (
        <Link to="/tasks" search={(before) => ({ ...before, view: "week" as const, from: date })} className="small">
          {due.length - shown.length} more
        </Link>
      )}
    </li>
  )
}

interface Props {
  readonly view: "week" | "month"
  readonly tasks: ReadonlyArray<Task>
}

export const Calendar = ({ tasks, view }: Props) => {
  const { from } = route.useSearch()
  const navigate = route.useNavigate()
  const today = dayOf(new Date(useNow(60_000)))
  const asked = from ?? today
  const isMonth = view === "month"
  // What lies ahead is what is asked for: a week begins with its day, today's unless told.
  const span = isMonth ? monthOf(asked, firstOfWeek()) : { from: asked, days: 7 }
  const query = { ...span, zone: ownZone }
  const { data, error, refetch } = useQuery({
    queryKey: ["tasks", "calendar", query],
    queryFn: () => call("GET /api/tasks/calendar", { query }),
    placeholderData: keepPreviousData
  })
  const byId = new Map(tasks.map((task) => [task.id, task]))
  const due = new Map<string, Array<Due>>()
  for (const { date, instants, more, task_id } of data ?? []) {
    const task = byId.get(task_id)
    if (task === undefined) continue
    const all = due.get(date) ?? []
    // What comes many times a day takes one line.
    const shown = instants.length > (isMonth ? 1 : 4) ? instants.slice(0, 1) : instants
    for (const at of shown)
      all.push({ at, task, more: at === shown.at(-1) && (more || shown.length < instants.length) })
    due.set(date, all)
  }
  for (const all of due.values()) all.sort((a, b) => a.at.localeCompare(b.at) || a.task.id - b.task.id)
  const go = (to: string | undefined) => void navigate({ search: (before) => changed(before, { from: to }) })
  const step = (by: number) => go(isMonth ? plusMonths(asked, by) : plusDays(asked, 7 * by))
  const days = daysFrom(span.from, span.days)
  const title = isMonth
    ? inWords(asked, { month: "long", year: "numeric" })
    : `${inWords(span.from, { day: "numeric", month: "long" })} – ${inWords(plusDays(span.from, 6), { day: "numeric", month: "long", year: "numeric" })}`
  return (
    <section aria-labelledby="span" className="calendar" data-view={view}>
      <header className="calendar-head">
        <h2 id="span" aria-live="polite">
          {title}
        </h2>
        <IconButton label={isMonth ? "The month before" : "The week before"} onClick={() => step(-1)}>
          <ChevronLeft aria-hidden size={18} />
        </IconButton>
        <Button tiny onClick={() => go(undefined)}>
          Today
        </Button>
        <IconButton label={isMonth ? "The month after" : "The week after"} onClick={() => step(1)}>
          <ChevronRight aria-hidden size={18} />
        </IconButton>
        <span className="dim small calendar-zone">Times are yours: {ownZone}</span>
      </header>
      {error !== null && <Failed error={error} onRetry={() => void refetch()} />}
      <div className="calendar-weekdays" aria-hidden>
        {days.slice(0, 7).map((date) => (
          <span key={date}>{inWords(date, { weekday: "short" })}</span>
        ))}
      </div>
      <ol className="plain calendar-days">
        {days.map((date) => (
          <Day
            key={date}
            date={date}
            due={due.get(date) ?? []}
            month={isMonth}
            other={isMonth && !isSameMonth(date, asked)}
            today={date === today}
          />
        ))}
      </ol>
      {data?.length === 0 && <p className="dim calendar-none">Nothing is due in this {view}.</p>}
    </section>
  )
}
