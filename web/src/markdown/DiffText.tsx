/** A unified diff, line by line: what came, what went, where. */
const kindOf = (line: string): string =>
  /^(diff |index |--- |\+\+\+ |similarity |rename |new file|deleted file)/.test(line)
    ? "head"
    : line.startsWith("@@")
      ? "place"
      : line.startsWith("+")
        ? "added"
        : line.startsWith("-")
          ? "removed"
          : "same"

export const DiffText = ({ text }: { readonly text: string }) => (
  <code className="diff">
    {text.split("\n").map((line, index) => (
      // Lines have no other name than their place.
      // oxlint-disable-next-line react/no-array-index-key
      <span key={index} className={`diff-${kindOf(line)}`}>
        {line}
        {"\n"}
      </span>
    ))}
  </code>
)
