/** Whether a user's services outlive the login: systemd calls that lingering. Loop leaves it as it was found. */
import { Effect } from "effect"
import { DaemonFailed } from "../../services/Daemon.ts"
import { Programs } from "../../services/Programs.ts"

export const make = Effect.fnUntraced(function* (user: string) {
  const programs = yield* Programs
  const loginctl = (...args: ReadonlyArray<string>) =>
    programs.run("loginctl", args).pipe(
      Effect.map(({ code, stdout }) => ({ worked: code === 0, stdout })),
      Effect.orElseSucceed(() => ({ worked: false, stdout: "" }))
    )

  /** Of a user who is not logged in and does not linger it knows nothing. */
  const lingers = Effect.map(
    loginctl("show-user", user, "--property=Linger"),
    ({ stdout, worked }) => worked && /^Linger=yes$/m.test(stdout)
  )

  const enable = Effect.map(loginctl("enable-linger", user), ({ worked }) => worked)

  const undo = Effect.gen(function* () {
    const { worked } = yield* loginctl("disable-linger", user)
    if (!worked) {
      return yield* new DaemonFailed({
        message: `Loop is stopped, but your services still outlive your login. To undo that: sudo loginctl disable-linger ${user}`
      })
    }
  })

  return { lingers, enable, undo }
})
