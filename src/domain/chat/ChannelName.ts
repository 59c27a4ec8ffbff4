/** Names of text channels: Discord changes what it is given, so what is looked for has to be changed in the same way. */

const limit = 100

/** Lower case, dashes for white space, no punctuation but `-` and `_`; `channel` where nothing is left. */
export const channelName = (wanted: string): string => {
  const name = wanted
    .normalize("NFC")
    .toLowerCase()
    .replaceAll(/\s+/g, "-")
    .replaceAll(/[\p{Cc}\p{Cf}!"#$%&'()*+,./:;<=>?@[\\\]^`{|}~]/gu, "")
    .replaceAll(/-{2,}/g, "-")
    .replaceAll(/^-+|-+$/g, "")
  return Array.from(name).slice(0, limit).join("").replaceAll(/-+$/g, "") || "channel"
}
