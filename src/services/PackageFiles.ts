/** Files that ship with the program. */
import { Context } from "effect"

export class PackageFiles extends Context.Service<
  PackageFiles,
  {
    readonly version: string
    readonly readme: string
    /** The page's files by name (`index.html`, `app.js`, …). */
    readonly web: ReadonlyMap<string, Uint8Array>
    /** The prompts of the shipped task templates, by file name. */
    readonly templates: ReadonlyMap<string, string>
  }
>()("loop/services/PackageFiles") {}
