/** What is said about memory. */

export const off =
  "Memory is off here. To switch it on, set memory.enabled to true and memory.embeddings.provider to ollama in config.json."

export type EmbedderReason = "unreachable" | "no_model" | "failed"

/** What is wrong with the embedder, and the next step. */
export const embedder = (reason: EmbedderReason, url: string, model: string, detail: string): string => {
  switch (reason) {
    case "unreachable":
      return `Ollama does not answer at ${url} (${detail}). Start it, or correct memory.embeddings.ollama_url.`
    case "no_model":
      return `Ollama at ${url} does not have the model ${model}. Run: ollama pull ${model}`
    case "failed":
      return `Ollama at ${url} could not embed with ${model} (${detail}). Look at its log.`
  }
}

export const keywordsOnly = (why: string): string => `Found by words alone, not by meaning. ${why}`

export const notIndexed = (failed: number, why: string): string =>
  `${failed === 1 ? "One file is" : `${failed} files are`} not indexed yet and will be tried again: ${why}`

export interface Counts {
  /** Files in the index. */
  readonly count: number
  readonly updated: number
  readonly removed: number
}

const files = (count: number): string => `${count} ${count === 1 ? "file" : "files"}`

export const indexed = ({ count, removed, updated }: Counts): string =>
  `${files(count)} ${count === 1 ? "is" : "are"} indexed: ${updated} new or changed, ${removed} gone.`

export interface Hit {
  readonly file_path: string
  readonly chunk_index: number
  readonly content: string
  readonly score: number
}

export const hits = (results: ReadonlyArray<Hit>, note: string | null): string => {
  const shown = results.map(
    ({ content, file_path, score }, index) =>
      `## Result ${index + 1} (score: ${score.toFixed(3)})\n**File:** ${file_path}\n\n${content}`
  )
  const all = shown.length === 0 ? ["Nothing in memory is about that."] : shown
  return [...all, ...(note === null ? [] : [note])].join("\n\n")
}
