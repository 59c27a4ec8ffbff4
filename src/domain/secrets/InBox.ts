/** What programs in a box are told so that requests to hosts with secrets work: whom to trust, and placeholders. Pure. */

/** Where the directory of `Secrets.trust` is in a box. */
export const TRUST = "/opt/loop/trust"

/**
 * The variables by which programs find a list of authorities. OpenSSL, curl, git, Node, pip, requests, cargo, Go and the AWS
 * tools each read one of them; all know the public authorities, too.
 */
export const trustEnv = (): Readonly<Record<string, string>> => {
  const bundle = `${TRUST}/bundle.pem`
  return {
    SSL_CERT_FILE: bundle,
    CURL_CA_BUNDLE: bundle,
    GIT_SSL_CAINFO: bundle,
    NODE_EXTRA_CA_CERTS: bundle,
    PIP_CERT: bundle,
    REQUESTS_CA_BUNDLE: bundle,
    CARGO_HTTP_CAINFO: bundle,
    DENO_CERT: bundle,
    NPM_CONFIG_GLOBALCONFIG: `${TRUST}/npmrc`
  }
}

/** npm sends nothing where it has no token: what it sends is replaced. */
export const npmrc = (hosts: ReadonlyArray<string>): string =>
  hosts.map((host) => `//${host}/:_authToken=added-outside-of-the-box\n`).join("")
