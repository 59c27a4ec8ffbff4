/** What an image build is given: its files as a tar stream, and a hash that changes when any input does. */
import { createHash } from "node:crypto"
import { createReadStream, readFileSync } from "node:fs"
import type { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import tar from "tar-stream"
import type { ImageVariant } from "../../services/AgentImage.ts"
import type { Program } from "./AgentProgram.ts"
import type { ContainerFile } from "./ContainerFiles.ts"

export interface ImageInputs {
  readonly files: ReadonlyArray<ContainerFile>
  /** Programs that come with the context, by their name in the image. */
  readonly programs: Readonly<Record<string, Program>>
  /** Which CLI the build fetches where the context has none. */
  readonly claudeVersion: string
  /** As configured; what stands in for it where it cannot be had makes no difference. */
  readonly base: string
  readonly variant: ImageVariant
}

/** Names the inputs; a label of the image. */
export const inputsHash = (inputs: ImageInputs): string => {
  const hash = createHash("sha256").update(JSON.stringify([inputs.base, inputs.variant, inputs.claudeVersion]))
  for (const { name, content } of inputs.files) hash.update(`\0${name}\0${content.length}\0`).update(content)
  return hash.digest("hex").slice(0, 32)
}

/** Certificates that the host trusts, also those of a network's own proxy; empty where they cannot be told. */
const trusted = (env: Readonly<Record<string, string | undefined>>): Buffer => {
  const places = [env["NODE_EXTRA_CA_CERTS"], env["SSL_CERT_FILE"], "/etc/ssl/certs/ca-certificates.crt"]
  for (const place of places) {
    try {
      if (place !== undefined && place !== "") return readFileSync(place)
    } catch {
      // The next one.
    }
  }
  return Buffer.alloc(0)
}

/**
 * The build context. Programs are streamed from their files, for the CLI alone is 380 MB, and left out where the owner's
 * Dockerfile does not copy them.
 */
export const contextTar = (inputs: ImageInputs): Readable => {
  const pack = tar.pack()
  const fill = async () => {
    for (const { name, content } of inputs.files) {
      pack.entry({ name, mode: name.endsWith(".sh") ? 0o755 : 0o644 }, content)
    }
    pack.entry({ name: "ca.pem", mode: 0o644 }, trusted(process.env))
    // The Dockerfile copies the directory whether anything is in it or not.
    pack.entry({ name: "bin/", type: "directory", mode: 0o755 })
    const wanted = inputs.files.some(({ name, content }) => name === "Dockerfile" && content.includes("bin/ "))
    for (const [name, program] of Object.entries(wanted ? inputs.programs : {})) {
      await pipeline(
        createReadStream(program.file),
        pack.entry({ name: `bin/${name}`, mode: 0o755, size: program.size })
      )
    }
    pack.finalize()
  }
  fill().catch((cause: unknown) => pack.destroy(cause instanceof Error ? cause : new Error(String(cause))))
  return pack
}
