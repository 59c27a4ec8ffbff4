/** Comparing what nobody may find out by trying. */

/** Takes as long for any two texts of the length of `given`, equal or not. */
export const sameSecret = (expected: string, given: string): boolean => {
  let different = expected.length ^ given.length
  for (let at = 0; at < given.length; at++) {
    different |= given.charCodeAt(at) ^ expected.charCodeAt(at % Math.max(1, expected.length))
  }
  return different === 0
}
