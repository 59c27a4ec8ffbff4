/**
 * A supervisor that dies at one of its calls, as by SIGKILL: that call and all later ones do not happen, what was not
 * committed is rolled back, and what lies outside goes on.
 */
import { Context, Effect, Layer } from "effect"
import { Agent, type RunningAgent } from "../../src/services/Agent.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Journal } from "../../src/services/Journal.ts"
import { Messages } from "../../src/services/Messages.ts"
import { Outbox } from "../../src/services/Outbox.ts"
import { Platforms } from "../../src/services/Platforms.ts"
import { Processes } from "../../src/services/Processes.ts"
import { Requests } from "../../src/services/Requests.ts"
import { Runs } from "../../src/services/Runs.ts"
import { Sandbox } from "../../src/services/Sandbox.ts"
import { Store } from "../../src/services/Store.ts"
import { Tasks } from "../../src/services/Tasks.ts"

export interface Crash {
  /** Whether it has come to that. */
  readonly dead: () => boolean
  /** Puts the crash in front of the services of a layer. */
  readonly around: <A, E, R>(layer: Layer.Layer<A, E, R>) => Layer.Layer<A, E, R>
}

const services = [
  Agent,
  Channels,
  Journal,
  Messages,
  Outbox,
  Platforms,
  Processes,
  Requests,
  Runs,
  Sandbox,
  Store,
  Tasks
] as ReadonlyArray<unknown> as ReadonlyArray<Context.Key<never, object>>

/** Dies at the call with this number, counted from 1. */
export const at = (last: number): Crash => {
  let calls = 0
  return make(
    () => ++calls >= last,
    () => calls >= last
  )
}

/** Dies when it is told to: at the call that comes next. */
export const onDemand = (): Crash & { readonly die: Effect.Effect<void> } => {
  let dead = false
  const isDead = () => dead
  return { ...make(isDead, isDead), die: Effect.sync(() => void (dead = true)) }
}

/** `dies` is asked at each call. */
const make = (dies: () => boolean, dead: () => boolean): Crash => {
  const guard = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.suspend(() => (dies() ? Effect.interrupt : effect))

  /** The same service, each of whose effects may be the last. */
  const guarded = <S extends object>(service: S): S =>
    new Proxy(service, {
      get: (target, name, receiver) => {
        const member: unknown = Reflect.get(target, name, receiver)
        if (Effect.isEffect(member)) return guard(member)
        if (typeof member !== "function") return member
        return (...args: ReadonlyArray<unknown>) => {
          const result: unknown = Reflect.apply(member, target, args)
          return Effect.isEffect(result) ? Effect.map(guard(result), whole) : result
        }
      }
    })

  /** An agent is called, too. */
  const whole = (value: unknown) =>
    typeof value === "object" && value !== null && "steer" in value ? guarded(value as RunningAgent) : value

  return {
    dead,
    around: <A, E, R>(layer: Layer.Layer<A, E, R>) =>
      Layer.effectContext(
        Effect.map(Layer.build(layer), (made) =>
          services.reduce((all, service) => Context.add(all, service, guarded(Context.getUnsafe(made, service))), made)
        )
      ) as Layer.Layer<A, E, R>
  }
}
