/** How the description's page looks; it stands by itself, whatever the page for people is made of. */
export const style = `:root { color-scheme: light dark; --line: #8884; --soft: #8881; --dim: #777; --accent: #3257d6; --mono: ui-monospace, Menlo, Consolas, monospace; }
@media (prefers-color-scheme: dark) { :root { --dim: #999; --accent: #7d9bff; } }
body { margin: 0; font: 16px/1.55 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; display: grid; grid-template-columns: 20rem minmax(0, 1fr); }
nav { position: sticky; top: 0; height: 100dvh; box-sizing: border-box; overflow-y: auto; padding: 1rem; border-right: 1px solid var(--line); background: var(--soft); }
nav h2 { font-size: 0.8rem; margin: 1rem 0 0.25rem; color: var(--dim); }
nav ul { list-style: none; margin: 0; padding: 0; }
nav a { color: inherit; text-decoration: none; font: 0.8rem/1.7 var(--mono); overflow-wrap: anywhere; }
nav a:hover { color: var(--accent); }
main { padding: 1rem 2rem 4rem; max-width: 60rem; }
section { border-top: 1px solid var(--line); padding: 0.5rem 0 1rem; }
h3 { font: 600 1rem var(--mono); overflow-wrap: anywhere; }
h4 { font-size: 0.85rem; color: var(--dim); margin: 1rem 0 0.25rem; }
.method { color: var(--accent); }
code, pre { font-family: var(--mono); font-size: 0.85rem; }
pre { background: var(--soft); padding: 0.6rem 0.8rem; border-radius: 0.4rem; overflow-x: auto; margin: 0.25rem 0; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.75rem 0.25rem 0; border-bottom: 1px solid var(--line); font-size: 0.9rem; }
td:not(:last-child) { width: 1%; white-space: nowrap; }
a { color: var(--accent); }
:target { scroll-margin-top: 1rem; background: var(--soft); }
@media (max-width: 50rem) { body { display: block; } nav { position: static; height: auto; border: 0; } main { padding: 1rem; } }
@media print { nav { display: none; } body { display: block; } }
`
