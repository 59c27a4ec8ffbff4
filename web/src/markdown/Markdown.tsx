/** An agent's text. It can never become markup, script or a request to anywhere: see `plain.ts` and the schema below. */
import { memo, type ReactNode, useRef } from "react"
import ReactMarkdown, { type Components } from "react-markdown"
import rehypeSanitize, { defaultSchema } from "rehype-sanitize"
import remarkGfm from "remark-gfm"
import { type Blocks, cutBlocks } from "./blocks.ts"
import { Guard } from "../ui/Guard.tsx"
import { CodeBlock } from "./CodeBlock.tsx"
import { htmlAsText } from "./plain.ts"
import { RemotePicture } from "./RemotePicture.tsx"
import "./markdown.css"

const schema = {
  ...defaultSchema,
  protocols: { href: ["http", "https", "mailto"], src: ["http", "https"] },
  clobberPrefix: "said-"
}

const leadsOut = (href: string | undefined): href is string =>
  href !== undefined && /^(https?:\/\/|mailto:)/i.test(href)

const Link = ({ children, href }: { readonly children?: ReactNode; readonly href?: string | undefined }) =>
  leadsOut(href) ? (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  ) : (
    <span>{children}</span>
  )

const textOf = (node: unknown): string => {
  const { children, value } = node as { readonly children?: ReadonlyArray<unknown>; readonly value?: unknown }
  return typeof value === "string" ? value : (children ?? []).map(textOf).join("")
}

const languageOf = (node: unknown): string => {
  const [code] = (node as { readonly children?: ReadonlyArray<{ readonly properties?: unknown }> }).children ?? []
  const names = (code?.properties as { readonly className?: unknown } | undefined)?.className
  const name: unknown = Array.isArray(names) ? names[0] : undefined
  return typeof name === "string" ? name.replace(/^language-/, "") : ""
}

const heading = ({ children }: { readonly children?: ReactNode }) => <p className="md-heading">{children}</p>

const componentsFor = (live: boolean): Components => ({
  a: ({ children, href }) => <Link href={href}>{children}</Link>,
  img: ({ alt, src }) => (leadsOut(src) ? <RemotePicture alt={alt ?? ""} src={src} /> : <span>{alt}</span>),
  pre: ({ node }) => <CodeBlock code={textOf(node).replace(/\n$/, "")} language={languageOf(node)} live={live} />,
  table: ({ children }) => (
    // Whoever uses the keyboard must be able to reach what is scrolled.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="md-table" role="group" aria-label="Table" tabIndex={0}>
      <table>{children}</table>
    </div>
  ),
  // The page's own headings are the only ones: an agent's would stand anywhere among them.
  h1: heading,
  h2: heading,
  h3: heading,
  h4: heading,
  h5: heading,
  h6: heading
})
const whole = componentsFor(false)
const growing = componentsFor(true)
const remarkPlugins = [remarkGfm, htmlAsText]
const rehypePlugins = [[rehypeSanitize, schema]] as [[typeof rehypeSanitize, typeof schema]]

const Block = memo(({ live, text }: { readonly live: boolean; readonly text: string }) => (
  <Guard instead={<p>{text}</p>}>
    <ReactMarkdown components={live ? growing : whole} remarkPlugins={remarkPlugins} rehypePlugins={rehypePlugins}>
      {text}
    </ReactMarkdown>
  </Guard>
))

/** `live`: more is to come. */
export const Markdown = memo(({ live = false, text }: { readonly live?: boolean; readonly text: string }) => {
  const known = useRef<Blocks>(undefined)
  known.current = cutBlocks(text, known.current)
  const { blocks } = known.current
  return (
    <div className="md">
      {blocks.map((block, index) => (
        // A block stays at its place while the text grows.
        // oxlint-disable-next-line react/no-array-index-key
        <Block key={index} text={block} live={live && index === blocks.length - 1} />
      ))}
    </div>
  )
})
