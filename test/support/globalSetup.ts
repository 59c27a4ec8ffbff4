/** Before the tests: the page is built, unless what is there is newer than its sources. */
import { execFile } from "node:child_process"
import { promisify } from "node:util"

export default async () => {
  await promisify(execFile)(process.execPath, ["scripts/build-web.ts", "--if-changed"])
}
