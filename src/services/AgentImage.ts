/** The image that boxes are made of: built on first use, built again when what it is made of changes. */
import { Context, type Effect } from "effect"
import type { ImageBuild } from "../domain/ImageBuild.ts"
import type { SandboxError } from "./Sandbox.ts"

/** `full` also has C++, Go, Rust, the Docker CLI and the AWS CLI, as far as the distribution has them. */
export type ImageVariant = "standard" | "full"

export class AgentImage extends Context.Service<
  AgentImage,
  {
    /**
     * The digest of the image under that name. Builds it when there is none and when it was built from other inputs;
     * an image that Loop did not build is taken as it is. The build's progress goes to the log.
     */
    readonly ensure: (image: string) => Effect.Effect<string, SandboxError>
    /**
     * Builds the configured image now unless it is up to date; `progress` gets each line. Without a variant: the one it
     * has, else `standard`. Where agents run without an engine there is nothing to build.
     */
    readonly build: (
      progress: (line: string) => Effect.Effect<void>,
      variant?: ImageVariant
    ) => Effect.Effect<string, SandboxError>
    /** The build that is under way, or else the last one of this server; undefined where it has built nothing. */
    readonly latest: Effect.Effect<ImageBuild | undefined>
  }
>()("loop/services/AgentImage") {}
