/** What the configuration says of memory, for one channel and for everybody. */
import type { Config } from "../config/keys.ts"
import { isWithin } from "../config/paths.ts"
import type { ConfiguredPath } from "./Places.ts"

/** Whether memory is searched and indexed at all. */
export const isOn = ({ memory }: Config): boolean => memory.enabled && memory.embeddings.provider === "ollama"

const by = (path: string, index: number, operators: number, workDir: string): ConfiguredPath["by"] => {
  if (index < operators) return "operator"
  const plain = path.replace(/^!/, "")
  return !plain.startsWith("/") || isWithin(plain, workDir) ? "project" : "owner"
}

/** `config`: as it is for the channel; the project's paths stand behind the operator's (`global`). */
export const memoryOf = (global: Config, config: Config, workDir: string) => ({
  on: isOn(config),
  paths: config.memory.paths.map((path, index): ConfiguredPath => ({
    path,
    by: by(path, index, global.memory.paths.length, workDir)
  })),
  // 0 of a project's file means that it has no wish.
  maxChunkChars: config.memory.max_chunk_chars > 0 ? config.memory.max_chunk_chars : global.memory.max_chunk_chars,
  model: config.memory.embeddings.model,
  ollamaUrl: config.memory.embeddings.ollama_url
})
