/**
 * X.509 for the authority of an installation and for the hosts in whose place it speaks to boxes. The structures are those
 * of @peculiar/asn1-x509, keys and signatures are Node's own. https://www.rfc-editor.org/rfc/rfc5280
 */
import { AsnConvert, OctetString } from "@peculiar/asn1-schema"
import * as X from "@peculiar/asn1-x509"
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from "node:crypto"
import type { Certificate } from "../../services/Secrets.ts"

const DAY = 86_400_000
const COMMON_NAME = "2.5.4.3"
const ECDSA_SHA256 = "1.2.840.10045.4.3.2"
const SERVER = "1.3.6.1.5.5.7.3.1"

export const newKey = (): string =>
  generateKeyPairSync("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" }
  }).privateKey

const bytes = (buffer: Uint8Array): ArrayBuffer => new Uint8Array(buffer).buffer

const named = (text: string) =>
  new X.Name([
    new X.RelativeDistinguishedName([
      new X.AttributeTypeAndValue({ type: COMMON_NAME, value: new X.AttributeValue({ utf8String: text }) })
    ])
  ])

const extension = (extnID: string, value: unknown, critical: boolean) =>
  new X.Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) })

const publicKeyOf = (key: string) =>
  AsnConvert.parse(
    bytes(createPublicKey(createPrivateKey(key)).export({ type: "spki", format: "der" })),
    X.SubjectPublicKeyInfo
  )

const identifierOf = (key: X.SubjectPublicKeyInfo): OctetString =>
  new OctetString(bytes(createHash("sha1").update(Buffer.from(key.subjectPublicKey)).digest()))

const signed = (tbs: X.TBSCertificate, by: string): string => {
  const raw = AsnConvert.serialize(tbs)
  const signatureValue = bytes(sign("sha256", Buffer.from(raw), { key: by, dsaEncoding: "der" }))
  const algorithm = new X.AlgorithmIdentifier({ algorithm: ECDSA_SHA256 })
  const whole = new X.Certificate({ tbsCertificate: tbs, signatureAlgorithm: algorithm, signatureValue })
  const lines =
    Buffer.from(AsnConvert.serialize(whole))
      .toString("base64")
      .match(/.{1,64}/g) ?? []
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n")
}

interface Wanted {
  readonly issuer: string
  readonly subject: string
  readonly key: string
  readonly issuerKey: string
  readonly from: number
  readonly until: number
  readonly extensions: ReadonlyArray<X.Extension>
}

const made = ({ extensions, from, issuer, issuerKey, key, subject, until }: Wanted): string => {
  const subjectPublicKeyInfo = publicKeyOf(key)
  const serial = randomBytes(16)
  // Positive, and never empty.
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40
  const tbs = new X.TBSCertificate({
    version: X.Version.v3,
    serialNumber: bytes(serial),
    signature: new X.AlgorithmIdentifier({ algorithm: ECDSA_SHA256 }),
    issuer: named(issuer),
    validity: new X.Validity({ notBefore: new Date(from), notAfter: new Date(until) }),
    subject: named(subject),
    subjectPublicKeyInfo,
    extensions: new X.Extensions([
      ...extensions,
      extension(X.id_ce_subjectKeyIdentifier, new X.SubjectKeyIdentifier(identifierOf(subjectPublicKeyInfo)), false),
      extension(
        X.id_ce_authorityKeyIdentifier,
        new X.AuthorityKeyIdentifier({ keyIdentifier: identifierOf(publicKeyOf(issuerKey)) }),
        false
      )
    ])
  })
  return signed(tbs, issuerKey)
}

const subtree = (base: X.GeneralName) => new X.GeneralSubtree({ base })

const AUTHORITY = "Loop, in front of hosts with secrets"

/**
 * The authority's own certificate: it may speak for these names and what is below them, for no address, and can make no
 * other authority.
 */
export const authority = (key: string, hosts: ReadonlyArray<string>, now: number): string =>
  made({
    issuer: AUTHORITY,
    subject: AUTHORITY,
    key,
    issuerKey: key,
    from: now - DAY,
    until: now + 3650 * DAY,
    extensions: [
      extension(X.id_ce_basicConstraints, new X.BasicConstraints({ cA: true, pathLenConstraint: 0 }), true),
      extension(X.id_ce_keyUsage, new X.KeyUsage(X.KeyUsageFlags.keyCertSign), true),
      extension(
        X.id_ce_nameConstraints,
        new X.NameConstraints({
          permittedSubtrees: new X.GeneralSubtrees(hosts.map((host) => subtree(new X.GeneralName({ dNSName: host })))),
          excludedSubtrees: new X.GeneralSubtrees(
            ["0.0.0.0/0", "::/0"].map((all) => subtree(new X.GeneralName({ iPAddress: all })))
          )
        }),
        true
      )
    ]
  })

/** For a server of that name, for a few days. */
export const server = (authorityKey: string, host: string, now: number): Certificate => {
  const key = newKey()
  const cert = made({
    issuer: AUTHORITY,
    // The name itself may be longer than a common name can be.
    subject: "Loop",
    key,
    issuerKey: authorityKey,
    from: now - DAY,
    until: now + 3 * DAY,
    extensions: [
      extension(X.id_ce_basicConstraints, new X.BasicConstraints({ cA: false }), true),
      extension(X.id_ce_keyUsage, new X.KeyUsage(X.KeyUsageFlags.digitalSignature), true),
      extension(X.id_ce_extKeyUsage, new X.ExtendedKeyUsage([SERVER]), false),
      extension(X.id_ce_subjectAltName, new X.SubjectAlternativeName([new X.GeneralName({ dNSName: host })]), false)
    ]
  })
  return { key, cert }
}
