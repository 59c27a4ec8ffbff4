/** Ctrl-K: channels, threads and pages by a part of their names, and a few things to do. Loaded when it is first asked for. */
import { useQuery } from "@tanstack/react-query"
import { useNavigate } from "@tanstack/react-router"
import { Command } from "cmdk"
import { CornerDownRight, Hash, Moon, Sun } from "lucide-react"
import type { ReactNode } from "react"
import { channelsQuery } from "../api/queries.ts"
import { inOrder, treeOf } from "../channels/tree.ts"
import { Dialog } from "../ui/Dialog.tsx"
import { nav } from "./nav.ts"
import { setTheme } from "./theme.ts"
import "./palette.css"

interface ItemProps {
  readonly value: string
  readonly name: string
  readonly icon: ReactNode
  readonly detail?: string
  readonly onSelect: () => void
}

const Item = ({ detail, icon, name, onSelect, value }: ItemProps) => (
  <Command.Item value={value} keywords={[name]} onSelect={onSelect}>
    {icon}
    <span className="row-name">{name}</span>
    {detail !== undefined && <span className="dim small">{detail}</span>}
  </Command.Item>
)

export default function Palette({ onClose }: { readonly onClose: () => void }) {
  const { data = [] } = useQuery(channelsQuery)
  const navigate = useNavigate()
  const names = new Map(data.map(({ channel_id, name }) => [channel_id, name]))
  const go = (act: () => unknown) => () => {
    onClose()
    void act()
  }
  return (
    <Dialog title="Search" className="palette" onClose={onClose}>
      <Command label="Search" loop>
        <Command.Input placeholder="Channel, thread or page" />
        <Command.List>
          <Command.Empty>Nothing has that name.</Command.Empty>
          <Command.Group heading="Channels">
            {inOrder(treeOf(data)).map(({ channel_id, name, parent_id }) => (
              <Item
                key={channel_id}
                value={channel_id}
                name={name}
                icon={parent_id === "" ? <Hash aria-hidden size={16} /> : <CornerDownRight aria-hidden size={16} />}
                {...(parent_id !== "" && { detail: `in ${names.get(parent_id) ?? parent_id}` })}
                onSelect={go(() => navigate({ to: "/c/$channel", params: { channel: channel_id } }))}
              />
            ))}
          </Command.Group>
          <Command.Group heading="Pages">
            {nav.map(({ icon: Icon, name, to }) => (
              <Item
                key={to}
                value={`page ${name}`}
                name={name}
                icon={<Icon aria-hidden size={16} />}
                onSelect={go(() => navigate({ to }))}
              />
            ))}
          </Command.Group>
          <Command.Group heading="Look">
            <Item
              value="theme light"
              name="Light theme"
              icon={<Sun aria-hidden size={16} />}
              onSelect={go(() => setTheme("light"))}
            />
            <Item
              value="theme dark"
              name="Dark theme"
              icon={<Moon aria-hidden size={16} />}
              onSelect={go(() => setTheme("dark"))}
            />
          </Command.Group>
        </Command.List>
      </Command>
    </Dialog>
  )
}
