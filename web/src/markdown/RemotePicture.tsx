/**
 * A picture of another host in an agent's text. The browser asks no other host for anything, and nothing asks by itself:
 * whoever wants to see the picture clicks, and the server fetches it for them.
 */
import { useMutation } from "@tanstack/react-query"
import { Image } from "lucide-react"
import { useEffect } from "react"
import { loadPicture } from "../api/pictures.ts"
import { sentenceOf } from "../api/client.ts"

interface Props {
  readonly alt: string
  /** An address on the web. */
  readonly src: string
}

const hostOf = (src: string) => (URL.canParse(src) ? new URL(src).host : src)

export const RemotePicture = ({ alt, src }: Props) => {
  const { data, error, isPending, mutate } = useMutation({ mutationFn: () => loadPicture(src) })
  useEffect(() => (data === undefined ? undefined : () => URL.revokeObjectURL(data)), [data])
  if (data !== undefined) return <img className="md-loaded" src={data} alt={alt} />
  return (
    <span className="md-remote">
      <button type="button" className="md-picture" disabled={isPending} onClick={() => mutate()}>
        <Image aria-hidden size={15} />
        {alt === "" ? "Picture" : alt}
        <span> · {isPending ? "loading…" : `load from ${hostOf(src)}`}</span>
      </button>
      {error !== null && (
        <span className="md-refused small" role="alert">
          {sentenceOf(error)}{" "}
          <a href={src} target="_blank" rel="noopener noreferrer">
            Open at {hostOf(src)}
          </a>
        </span>
      )}
    </span>
  )
}
