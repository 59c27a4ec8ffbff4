/** What people on chat platforms are told by whoever lets them in. */
import { summary } from "../Text.ts"

export const nobodyOwns =
  "Nobody owns this Loop yet. Whoever runs the server becomes its owner with `/loop claim` and the code that `loop serve` prints at its start."

export const unknownPerson =
  "I do not know you yet. Ask an owner to let you in with `/loop allow_user`, then write again."

export const alreadyOwned = "This Loop has an owner already: ask them for a role with `/loop allow_user`."

export const wrongCode =
  "That is not the code. It is the one that `loop serve` printed last; it stands in the server's own output."

export const claimCodeReplaced = (tries: number): string =>
  `The code for the first owner was tried wrongly ${tries} times and has been replaced: the new one is printed.`

/** What `loop serve` prints. */
export const claimWith = (code: string): string =>
  `Nobody owns this Loop on chat platforms yet. Write there: /loop claim ${code}`

/** What is said once something can be said again. */
export const maybeLost = (content: string): string =>
  `A message may not have arrived here: the platform never said whether it took it. It began: "${summary(content, 150).replaceAll("`", "'")}" Write again if you miss it.`

export const notAttached = (names: ReadonlyArray<string>, tooLarge: boolean): string => {
  const shown = summary(names.join(", "), 200).replaceAll("`", "'")
  return tooLarge
    ? `(\`${shown}\` is too large for this server: ask for a smaller file.)`
    : `(\`${shown}\` could not be attached: give Loop the permission Attach Files here, then ask again.)`
}

export const fileLost = (name: string): string => `(The file ${name} could not be read any more; ask for it again.)`
