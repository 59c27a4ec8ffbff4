/** What the user asked for is done, or it is said above the input why it was not. */
import { create } from "zustand"
import { call, sentenceOf } from "../../api/client.ts"
import type { Operations } from "../../api/client.ts"

export const useProblem = create<{ readonly text: string | undefined }>()(() => ({ text: undefined }))

export const complain = (error: unknown): void => useProblem.setState({ text: sentenceOf(error) })
export const calm = (): void => useProblem.setState({ text: undefined })

type Result<A> = { readonly ok: true; readonly answer: A } | { readonly ok: false }

/** `await act("POST …", …)`: as `call`, but what fails is said and does not throw. */
export const act = async <K extends keyof Operations>(
  ...request: Parameters<typeof call<K>>
): Promise<Result<Operations[K]["answer"]>> => {
  calm()
  try {
    return { ok: true, answer: await call(...request) }
  } catch (error) {
    complain(error)
    return { ok: false }
  }
}

export const useAct = () => act
