/** What an agent asks: options as choices, and room for words of one's own; who writes there has chosen them. */
import { type FormEvent, useId, useRef, useState } from "react"
import type { Question } from "../../live/events.ts"
import { Button } from "../../ui/Button.tsx"

interface Answer {
  readonly picked: ReadonlyArray<string>
  readonly other: boolean
  readonly words: string
}

const blank: Answer = { picked: [], other: false, words: "" }

const spoken = ({ options }: Question, { other, picked, words }: Answer) =>
  [...options.filter((option) => picked.includes(option)), options.length === 0 || other ? words.trim() : ""]
    .filter((each) => each !== "")
    .join(", ")

interface FieldProps {
  readonly question: Question
  readonly answer: Answer
  readonly onChange: (answer: Answer) => void
}

const QuestionField = ({ answer, onChange, question: { multiple, options, question } }: FieldProps) => {
  const name = useId()
  const own = useRef<HTMLInputElement>(null)
  const type = multiple ? "checkbox" : "radio"
  const closed = options.length > 0
  const placeholder = closed ? "Something else" : "Your answer"
  const pick = (option: string, on: boolean) => {
    if (!multiple) return onChange({ ...answer, picked: [option], other: false })
    onChange({ ...answer, picked: on ? [...answer.picked, option] : answer.picked.filter((each) => each !== option) })
  }
  const write = (words: string) => {
    const other = words.trim() !== ""
    onChange({ picked: other && !multiple ? [] : answer.picked, other, words })
  }
  const choose = (on: boolean) => {
    onChange({ ...answer, picked: multiple ? answer.picked : [], other: on })
    if (on) own.current?.focus()
  }
  const words = (
    <input
      ref={own}
      className="input own"
      type="text"
      value={answer.words}
      placeholder={placeholder}
      aria-label={placeholder}
      onChange={(event) => write(event.target.value)}
    />
  )
  return (
    <fieldset>
      <legend>{question}</legend>
      {options.map((option) => (
        <label key={option} className="choice">
          <input
            type={type}
            name={name}
            checked={answer.picked.includes(option)}
            onChange={(event) => pick(option, event.target.checked)}
          />
          <span>{option}</span>
        </label>
      ))}
      {closed ? (
        <div className="other">
          <label className="choice">
            <input type={type} name={name} checked={answer.other} onChange={(event) => choose(event.target.checked)} />
            <span>Other…</span>
          </label>
          {words}
        </div>
      ) : (
        words
      )}
    </fieldset>
  )
}

interface Props {
  readonly asked: ReadonlyArray<Question>
  readonly onAnswer: (message: string) => void
  readonly onSkip: () => void
}

export const Questions = ({ asked, onAnswer, onSkip }: Props) => {
  const [answers, setAnswers] = useState<ReadonlyArray<Answer>>(() => asked.map(() => blank))
  const [missing, setMissing] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const given = asked.map((question, n) => [question.question, spoken(question, answers[n] ?? blank)] as const)
    const empty = given.findIndex(([, answer]) => answer === "")
    setMissing(empty >= 0)
    if (empty < 0)
      return onAnswer(given.length === 1 ? (given[0]?.[1] ?? "") : JSON.stringify(Object.fromEntries(given)))
    const field = form.current?.querySelectorAll("fieldset")[empty]
    const own = (answers[empty]?.other ?? false) || asked[empty]?.options.length === 0
    field?.querySelector<HTMLElement>(own ? ".own" : "input")?.focus()
  }
  return (
    <form ref={form} className="form" onSubmit={submit}>
      {asked.map((question, n) => (
        <QuestionField
          key={question.question}
          question={question}
          answer={answers[n] ?? blank}
          onChange={(answer) => setAnswers((all) => all.with(n, answer))}
        />
      ))}
      <p className="missing" role="alert">
        {missing ? "Choose or write an answer first." : ""}
      </p>
      <div className="buttons">
        <Button look="primary" type="submit">
          Answer
        </Button>
        <Button onClick={onSkip}>Do not answer</Button>
      </div>
    </form>
  )
}
