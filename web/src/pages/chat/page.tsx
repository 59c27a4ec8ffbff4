/** The chat: one channel at a time, or an invitation where there is none yet. */
import { useQuery } from "@tanstack/react-query"
import { Navigate, useNavigate, useParams } from "@tanstack/react-router"
import { useEffect } from "react"
import { call, Problem } from "../../api/client.ts"
import { channelQuery, channelsQuery, queries } from "../../api/queries.ts"
import { showing } from "../../channels/unread.ts"
import { inOrder, treeOf } from "../../channels/tree.ts"
import { isString, remembered } from "../../lib/storage.ts"
import { Lost } from "../../frame/Lost.tsx"
import { MenuButton } from "../../ui/Page.tsx"
import { Failed, Loading } from "../../ui/States.tsx"
import { Composer } from "./composer/Composer.tsx"
import { Header } from "./Header.tsx"
import { Invitation } from "./Invitation.tsx"
import { Timeline } from "./Timeline.tsx"
import { Waiting } from "./Waiting.tsx"
import { Working } from "./Working.tsx"
import "./timeline.css"
import "./message.css"
import "./work.css"
import "./ask.css"
import "./foot.css"
import "./composer/composer.css"

const last = remembered("channel", "", isString)

/** Nobody has said anything yet: the first message makes the first channel. */
const FirstMessage = () => {
  const navigate = useNavigate()
  const first = async () => {
    const { channel_id } = await call("POST /api/channels/create", { body: { name: "general" } })
    return channel_id
  }
  const sent = async (id: string) => {
    await queries.invalidateQueries({ queryKey: ["channels"] })
    await navigate({ to: "/c/$channel", params: { channel: id }, replace: true })
  }
  return (
    <main className="chat">
      <header className="bar">
        <MenuButton />
        <h1 id="title" tabIndex={-1}>
          Loop
        </h1>
      </header>
      <section id="timeline" className="timeline" aria-label="Conversation" tabIndex={-1}>
        <Invitation />
      </section>
      <footer className="foot">
        <Composer channel={undefined} first={first} onSent={(id) => void sent(id)} />
      </footer>
    </main>
  )
}

/** The channel that was shown last, else the first one. */
export const ChatHome = () => {
  const { data, error, refetch } = useQuery(channelsQuery)
  if (data === undefined) {
    return error === null ? <Loading /> : <Failed error={error} onRetry={() => void refetch()} />
  }
  const all = inOrder(treeOf(data))
  const channel = all.find(({ channel_id }) => channel_id === last.get()) ?? all[0]
  if (channel === undefined) return <FirstMessage />
  return <Navigate to="/c/$channel" params={{ channel: channel.channel_id }} replace />
}

const Conversation = ({ id }: { readonly id: string }) => (
  <main className="chat" key={id}>
    <Header id={id} />
    <Timeline id={id} />
    <footer className="foot">
      <Waiting id={id} />
      <Working id={id} />
      <Composer channel={id} />
    </footer>
  </main>
)

export const ChatPage = () => {
  const { channel: id } = useParams({ from: "/c/$channel" })
  const { data } = useQuery(channelsQuery)
  const { error } = useQuery(channelQuery(id))
  const channel = data?.find(({ channel_id }) => channel_id === id)
  const at = channel?.last_message_at
  useEffect(() => {
    last.set(id)
    showing(id, at)
    const look = () => showing(id, at)
    document.addEventListener("visibilitychange", look)
    return () => {
      document.removeEventListener("visibilitychange", look)
      showing(undefined, undefined)
    }
  }, [id, at])
  const name = channel?.name
  useEffect(() => {
    document.title = name === undefined ? "Loop" : `${name} · Loop`
  }, [name])
  // Somebody else may delete it while it is shown.
  if (error instanceof Problem && error.status === 404) return <Lost />
  return <Conversation key={id} id={id} />
}
