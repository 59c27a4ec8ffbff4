/** A command has failed: one sentence, and what to do next. Printed on stderr; the process ends with 1. */
import { Schema } from "effect"

export class Failure extends Schema.TaggedError<Failure>()("Failure", { message: Schema.String }) {}

export const failure = (message: string) => new Failure({ message })
