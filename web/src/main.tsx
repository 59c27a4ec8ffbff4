import { QueryClientProvider } from "@tanstack/react-query"
import { RouterProvider } from "@tanstack/react-router"
import { StrictMode } from "react"
import { createRoot } from "react-dom/client"
import { queries } from "./api/queries.ts"
import { start } from "./live/hub.ts"
import { router } from "./router.tsx"
import "./channels/follow.ts"
import "./frame/theme.ts"
import "./notify/notify.ts"
import "./ui/tokens.css"
import "./ui/button.css"
import "./ui/form.css"
import "./ui/card.css"
import "./ui/table.css"
import "./ui/states.css"
import "./ui/dialog.css"
import "./frame/frame.css"
import "./frame/side.css"
import "./ui/page.css"

// A notification that was clicked leads to its channel; the worker names paths of this page only.
window.addEventListener("loop:open", (event) => {
  if (event instanceof CustomEvent && typeof event.detail === "string") router.history.push(event.detail)
})

start()
const root = document.querySelector("#root")
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>
  )
}
