/** A sentence of ours with `code` in it. */
export const Ticked = ({ text }: { readonly text: string }) => (
  <>
    {text.split("`").map((part, at) => (
      // Parts have no other name than their place.
      // oxlint-disable-next-line react/no-array-index-key
      <span key={at}>{at % 2 === 1 ? <code>{part}</code> : part}</span>
    ))}
  </>
)
