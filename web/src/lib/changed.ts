/** An object with some keys set anew, and without those that are set to undefined: for what an address says. */
export const changed = <A extends object>(
  before: A,
  change: { readonly [K in keyof A]?: A[K] | undefined }
): Partial<A> =>
  Object.fromEntries(Object.entries({ ...before, ...change }).filter(([, value]) => value !== undefined)) as Partial<A>
