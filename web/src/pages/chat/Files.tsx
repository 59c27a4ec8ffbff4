/** What came with a message. A person's files lie in the work directory, where the agent may have removed them since. */
import { Download } from "lucide-react"
import { useState } from "react"
import { type Message, urlOf } from "../../api/client.ts"

/** What a browser draws without running anything in it. */
const isPicture = (mime: string) => /^image\/(png|jpeg|gif|webp|avif)$/.test(mime)

interface FileProps {
  readonly href: string
  readonly mime: string
  readonly name: string
  readonly small: boolean
}

const File = ({ href, mime, name, small }: FileProps) => {
  const [isGone, setGone] = useState(false)
  return (
    <li>
      {isPicture(mime) && !isGone && (
        <a href={href} download={name} className={small ? "picture small" : "picture"}>
          <img src={href} alt={name} loading="lazy" onError={() => setGone(true)} />
        </a>
      )}
      <a href={href} download={name} className="file">
        <Download aria-hidden size={14} />
        <span>{name}</span>
      </a>
    </li>
  )
}

export const Files = ({ channel, message }: { readonly channel: string; readonly message: Message }) => {
  const { attachments = [], files = [], message_id } = message
  if (files.length + attachments.length === 0) return null
  const hrefOf = (name: string) =>
    urlOf("/api/channels/{id}/files/{message_id}/{name}", { path: { id: channel, message_id, name } })
  return (
    <ul className="plain files" aria-label="Files">
      {[...files, ...attachments].map(({ mime, name }) => (
        <File key={name} href={hrefOf(name)} mime={mime} name={name} small={!message.is_bot} />
      ))}
    </ul>
  )
}
