/** What came with a message. The bot's files can be fetched; a person's lie in the work directory. */
import { Download, Paperclip } from "lucide-react"
import { type Message, urlOf } from "../../api/client.ts"

/** What a browser draws without running anything in it. */
const isPicture = (mime: string) => /^image\/(png|jpeg|gif|webp|avif)$/.test(mime)

export const Files = ({ channel, message }: { readonly channel: string; readonly message: Message }) => {
  const { attachments = [], files = [], message_id } = message
  if (files.length + attachments.length === 0) return null
  const hrefOf = (name: string) =>
    urlOf("/api/channels/{id}/files/{message_id}/{name}", { path: { id: channel, message_id, name } })
  return (
    <ul className="plain files" aria-label="Files">
      {files.map(({ mime, name }) => (
        <li key={name}>
          {isPicture(mime) && (
            <a href={hrefOf(name)} download={name} className="picture">
              <img src={hrefOf(name)} alt={name} loading="lazy" />
            </a>
          )}
          <a href={hrefOf(name)} download={name} className="file">
            <Download aria-hidden size={14} />
            <span>{name}</span>
          </a>
        </li>
      ))}
      {attachments.map(({ name }) => (
        <li key={name}>
          <span className="file">
            <Paperclip aria-hidden size={14} />
            <span>{name}</span>
          </span>
        </li>
      ))}
    </ul>
  )
}
