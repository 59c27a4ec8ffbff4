/** Paths as text: nothing here looks at a disk. */

/** `~/x` below `home`; a bare `~` and `~user` stay as they are. */
export const expandHome = (path: string, home: string): string =>
  path.startsWith("~/") ? `${home.replace(/\/+$/, "")}${path.slice(1)}` : path

/** An absolute path without `.`, `..` and doubled slashes. */
export const normalizePath = (path: string): string => {
  const parts: Array<string> = []
  for (const part of path.split("/")) {
    if (part === "..") parts.pop()
    else if (part !== "" && part !== ".") parts.push(part)
  }
  return `/${parts.join("/")}`
}

/** Whether `path` is `dir` or lies in it; both absolute. */
export const isWithin = (path: string, dir: string): boolean => {
  const inner = normalizePath(path)
  const outer = normalizePath(dir)
  return outer === "/" || inner === outer || inner.startsWith(`${outer}/`)
}
