/** As whom a box runs. Pure. */

export interface BoxUser {
  readonly uid: number
  readonly gid: number
}

/**
 * Under an engine that belongs to an ordinary user its root is that user. Else the supervisor's own user; a supervisor
 * that is root takes the owner of the work directory, so that an agent is root only where the work is root's.
 */
export const boxUser = (facts: {
  readonly rootless: boolean
  readonly caller: BoxUser
  readonly workOwner: BoxUser
}): BoxUser => {
  if (facts.rootless) return { uid: 0, gid: 0 }
  return facts.caller.uid === 0 ? facts.workOwner : facts.caller
}

/** Variables of the box that follow from the user; the CLI refuses to skip permissions as root outside a sandbox. */
export const userEnv = (user: BoxUser): Readonly<Record<string, string>> =>
  user.uid === 0 ? { IS_SANDBOX: "1", USER: "root" } : { USER: "agent" }

/** `/etc/passwd` of the box: ssh and others refuse a user that has no entry. */
export const passwd = (user: BoxUser, home: string): string =>
  [
    "root:x:0:0:root:/root:/bin/bash",
    ...(user.uid === 0 ? [] : [`agent:x:${user.uid}:${user.gid}:agent:${home}:/bin/bash`]),
    "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin",
    ""
  ].join("\n")

export const group = (user: BoxUser): string =>
  ["root:x:0:", ...(user.gid === 0 ? [] : [`agent:x:${user.gid}:`]), "nogroup:x:65534:", ""].join("\n")
