/** A prompt with `N` in place of the numbers of its fences, which differ each time. */
export const unnumbered = (prompt: string): string => prompt.replaceAll(/(<\/?untrusted-)[a-z0-9]+/g, "$1N")
