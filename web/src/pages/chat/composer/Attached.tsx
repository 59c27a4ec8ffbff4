/** The files that will go with the message, with their sizes. */
import { X } from "lucide-react"
import { useEffect, useState } from "react"
import { bytes } from "../../../lib/numbers.ts"
import { IconButton } from "../../../ui/Button.tsx"
import { nameOf } from "./files.ts"

const Preview = ({ file }: { readonly file: File }) => {
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    if (!/^image\/(png|jpeg|gif|webp|avif)$/.test(file.type)) return undefined
    const made = URL.createObjectURL(file)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [file])
  return url === undefined ? null : <img src={url} alt="" />
}

interface Props {
  readonly files: ReadonlyArray<File>
  readonly onRemove: (file: File, index: number) => void
}

export const Attached = ({ files, onRemove }: Props) => (
  <ul id="attached" className="plain" aria-label="Files to send" aria-live="polite" hidden={files.length === 0}>
    {files.map((file, index) => (
      // Two may have the same name.
      // oxlint-disable-next-line react/no-array-index-key
      <li key={`${index} ${file.name}`}>
        <Preview file={file} />
        <span className="name">{nameOf(file)}</span>
        <span className="small dim">{bytes(file.size)}</span>
        <IconButton label={`Remove ${nameOf(file)}`} onClick={() => onRemove(file, index)}>
          <X aria-hidden size={14} />
        </IconButton>
      </li>
    ))}
  </ul>
)
