/** Files that ship with the program. */
import { Context } from "effect"

export class PackageFiles extends Context.Service<
  PackageFiles,
  {
    readonly version: string
    readonly readme: string
    /** The built page by path (`index.html`, `assets/index-….js`), and each compressed file under its own (`….js.br`). */
    readonly web: ReadonlyMap<string, Uint8Array>
    /** The prompts of the shipped task templates, by file name. */
    readonly templates: ReadonlyMap<string, string>
  }
>()("loop/services/PackageFiles") {}
