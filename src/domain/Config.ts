/** The configuration file's schema: the one source of defaults, checks and the reference table. */
export interface ConfigProblem {
  /** Dotted path of the key; empty for the file as a whole. */
  readonly key: string
  readonly message: string
  readonly line: number | null
}
export type Config = {
  readonly max_concurrent_runs: number
  readonly container_keep_alive_sec: number
  readonly api_addr: string
}
