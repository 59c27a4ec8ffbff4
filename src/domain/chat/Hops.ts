/**
 * Loop may call itself by a mention in what it says. Each run that begins so is one hop further from a person; the chain is
 * cut, or two channels would keep each other at work for ever.
 */

/** Runs in a row that begin by what the bot itself said. */
export const mostHops = 5

export const tooMany =
  `Loop has called itself ${mostHops} times in a row without a word from a person, so this call is not taken up. ` +
  "Write here yourself if the work should go on."

/** Only what an agent said calls, by its answer or by a tool: not what Loop says of it, which may quote anything. */
export const mayCall = (saidKey: string): boolean => !saidKey.includes(":") || /^(partial|tool):/.test(saidKey)
