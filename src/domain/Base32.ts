/** Lower-case base32 (RFC 4648, no padding), for ids that people may have to read out. */
const alphabet = "abcdefghijklmnopqrstuvwxyz234567"

/** Five bits a character; a whole number of five bytes gives eight characters each. */
export const base32 = (bytes: Uint8Array): string => {
  let bits = 0
  let value = 0
  let text = ""
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += alphabet[(value >>> bits) & 31] ?? ""
    }
  }
  return text
}
