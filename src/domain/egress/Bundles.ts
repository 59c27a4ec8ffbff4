/** Hosts by what they are for: what `bundle:<name>` stands for in `network.allow`. */

const bundles = {
  node: ["registry.npmjs.org", "registry.yarnpkg.com", "repo.yarnpkg.com", "npm.jsr.io", "jsr.io", "nodejs.org"],
  python: ["pypi.org", "files.pythonhosted.org", "conda.anaconda.org", "repo.anaconda.com", "releases.astral.sh"],
  rust: ["index.crates.io", "crates.io", "static.crates.io", "static.rust-lang.org", "sh.rustup.rs"],
  go: ["proxy.golang.org", "sum.golang.org", "go.dev", "golang.org", "dl.google.com"],
  java: [
    "repo.maven.apache.org",
    "repo1.maven.org",
    "plugins.gradle.org",
    "plugins-artifacts.gradle.org",
    "services.gradle.org",
    "downloads.gradle.org"
  ],
  ruby: ["rubygems.org", "index.rubygems.org"],
  php: ["repo.packagist.org", "packagist.org", "getcomposer.org"],
  dotnet: ["api.nuget.org", "globalcdn.nuget.org", "builds.dotnet.microsoft.com"],
  debian: [
    "deb.debian.org",
    "security.debian.org",
    "archive.ubuntu.com",
    "*.archive.ubuntu.com",
    "security.ubuntu.com",
    "ports.ubuntu.com"
  ],
  alpine: ["dl-cdn.alpinelinux.org"],
  forges: [
    ...["github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "git.sr.ht"].flatMap((host) => [
      host,
      `${host}:22`
    ]),
    "ssh.github.com",
    "altssh.gitlab.com",
    "api.github.com",
    "api.bitbucket.org",
    "codeload.github.com",
    "raw.githubusercontent.com",
    "objects.githubusercontent.com",
    "release-assets.githubusercontent.com",
    "github-releases.githubusercontent.com",
    "media.githubusercontent.com",
    "lfs.github.com",
    "github-cloud.githubusercontent.com"
  ],
  docs: [
    "developer.mozilla.org",
    "docs.python.org",
    "doc.rust-lang.org",
    "docs.rs",
    "pkg.go.dev",
    "docs.github.com",
    "docs.npmjs.com",
    "docs.docker.com",
    "learn.microsoft.com",
    "react.dev",
    "vite.dev",
    "www.typescriptlang.org",
    "www.postgresql.org",
    "www.sqlite.org",
    "en.wikipedia.org",
    "stackoverflow.com"
  ],
  browsers: ["cdn.playwright.dev", "playwright.download.prss.microsoft.com", "storage.googleapis.com"],
  containers: [
    "registry-1.docker.io",
    "auth.docker.io",
    "production.cloudflare.docker.com",
    "ghcr.io",
    "pkg-containers.githubusercontent.com",
    "quay.io"
  ],
  models: ["huggingface.co", "*.huggingface.co", "*.hf.co"]
} as const satisfies Readonly<Record<string, ReadonlyArray<string>>>

export type BundleName = keyof typeof bundles | "standard"

/** What `allowlist` lets through by itself: package registries, git forges, and the hosts that their releases are on. */
const STANDARD = [
  "node",
  "python",
  "rust",
  "go",
  "java",
  "ruby",
  "php",
  "dotnet",
  "debian",
  "alpine",
  "forges"
] as const

export const bundleNames: ReadonlyArray<BundleName> = ["standard", ...(Object.keys(bundles) as Array<BundleName>)]

export const isBundle = (name: string): name is BundleName => (bundleNames as ReadonlyArray<string>).includes(name)

export const bundle = (name: BundleName): ReadonlyArray<string> =>
  name === "standard" ? STANDARD.flatMap((each) => bundles[each]) : bundles[name]
