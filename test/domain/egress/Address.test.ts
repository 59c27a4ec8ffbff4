import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { innerKind, parseAddress, parseHost, shownHost } from "../../../src/domain/egress/Address.ts"

const byte = fc.integer({ min: 0, max: 255 })

/** The ways in which programs read one IPv4 address. https://url.spec.whatwg.org/#concept-ipv4-parser */
const spellings = ([a, b, c, d]: readonly [number, number, number, number]): ReadonlyArray<string> => {
  const whole = ((a * 256 + b) * 256 + c) * 256 + d
  const hex = (value: number) => `0x${value.toString(16)}`
  const octal = (value: number) => `0${value.toString(8)}`
  const wide = (text: string) => text.replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)))
  const dotted = [a, b, c, d].join(".")
  return [
    dotted,
    `${dotted}.`,
    String(whole),
    hex(whole),
    octal(whole),
    [a, b, c, d].map(hex).join("."),
    [a, b, c, d].map(octal).join("."),
    `${a}.${b}.${c * 256 + d}`,
    `${a}.${(b * 256 + c) * 256 + d}`,
    `${hex(a)}.${octal(b)}.${c * 256 + d}`,
    wide(dotted),
    dotted.replaceAll(".", "\u3002"),
    encodeURIComponent(dotted).replaceAll(/\d/g, (digit) => `%3${digit}`)
  ]
}

const inner4: ReadonlyArray<readonly [string, fc.Arbitrary<readonly [number, number, number, number]>]> = [
  ["unspecified", fc.tuple(fc.constant(0), byte, byte, byte)],
  ["private", fc.tuple(fc.constant(10), byte, byte, byte)],
  ["private", fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), byte, byte)],
  ["private", fc.tuple(fc.constant(192), fc.constant(168), byte, byte)],
  ["loopback", fc.tuple(fc.constant(127), byte, byte, byte)],
  ["link-local", fc.tuple(fc.constant(169), fc.constant(254), byte, byte)],
  ["shared (CGNAT)", fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 }), byte, byte)],
  ["multicast", fc.tuple(fc.integer({ min: 224, max: 239 }), byte, byte, byte)],
  ["reserved", fc.tuple(fc.integer({ min: 240, max: 255 }), byte, byte, byte)]
]

const hex2 = (value: number) => value.toString(16).padStart(2, "0")

describe("an inner address", () => {
  it.each(inner4)("that is %s is known in every spelling", (kind, addresses) => {
    fc.assert(
      fc.property(addresses, (address) => {
        for (const text of spellings(address)) {
          const host = parseHost(text)
          assert.strictEqual(host?._tag, "Address", text)
          if (host?._tag === "Address") assert.strictEqual(innerKind(host.address), kind, text)
          assert.strictEqual(host === undefined ? "" : shownHost(host), address.join("."), text)
        }
      })
    )
  })

  it("stays one inside an IPv6 address, however it is written there", () => {
    fc.assert(
      fc.property(fc.oneof(...inner4.map(([, addresses]) => addresses)), ([a, b, c, d]) => {
        const high = `${hex2(a)}${hex2(b)}`
        const low = `${hex2(c)}${hex2(d)}`
        const dotted = `${a}.${b}.${c}.${d}`
        for (const text of [
          `::ffff:${dotted}`,
          `::ffff:${high}:${low}`,
          `0:0:0:0:0:FFFF:${high}:${low}`,
          `::${dotted}`,
          `64:ff9b::${dotted}`,
          `64:ff9b:1::${high}:${low}`,
          `2002:${high}:${low}::1`,
          `2001:0:${high}:${low}::1`
        ]) {
          const address = parseAddress(text)
          assert.isDefined(address, text)
          if (address !== undefined) assert.isDefined(innerKind(address), text)
        }
      })
    )
  })

  it.each([
    ["::", "unspecified"],
    ["::1", "loopback"],
    ["0:0:0:0:0:0:0:1", "loopback"],
    ["fe80::1", "link-local"],
    ["fec0::1", "site-local"],
    ["fc00::1", "private"],
    ["fd00:ec2::254", "private"],
    ["ff02::1", "multicast"],
    ["2001:db8::1", "documentation"],
    ["3fff::1", "documentation"],
    ["4000::1", "reserved"],
    ["64:ff9b::1.1.1.1", "NAT64"],
    ["::ffff:1.1.1.1", "IPv4-mapped"],
    ["2001:0:1::1", "Teredo"],
    ["2001:1::1", "reserved"],
    ["2001:1ff:ffff::1", "reserved"],
    ["2002::1", "6to4"],
    ["192.0.2.1", "documentation"],
    ["192.88.99.1", "6to4"],
    ["198.18.0.1", "benchmarking"],
    ["198.19.255.255", "benchmarking"],
    ["198.51.100.255", "documentation"],
    ["203.0.113.0", "documentation"],
    ["168.63.129.16", "metadata"],
    ["169.254.169.254", "link-local"],
    ["100.100.100.200", "shared (CGNAT)"],
    ["192.0.0.192", "reserved"]
  ])("%s is %s", (text, kind) => {
    const address = parseAddress(text)
    assert.strictEqual(address === undefined ? "" : innerKind(address), kind)
  })
})

describe("an address of the internet", () => {
  it.each([
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "172.15.0.1",
    "172.32.0.1",
    "100.63.0.1",
    "198.20.0.0",
    "192.0.1.0",
    "192.88.98.1",
    "2001:200::1",
    "2606:4700::1111"
  ])("%s is one", (text) => {
    const address = parseAddress(text)
    assert.isTrue(address !== undefined && innerKind(address) === undefined)
  })
})

describe("a host", () => {
  it.each([
    ["EXAMPLE.com", "example.com"],
    ["example.com.", "example.com"],
    ["b\u00fccher.example", "xn--bcher-kva.example"],
    ["_dmarc.example.com", "_dmarc.example.com"],
    ["[2606:4700:0::1111]", "[2606:4700::1111]"],
    ["exa\u00admple.com", "example.com"]
  ])("%s is %s", (text, shown) => {
    const host = parseHost(text)
    assert.strictEqual(host === undefined ? undefined : shownHost(host), shown)
  })

  it.each([
    "",
    ".",
    "a b",
    "user@host",
    "host:80",
    "a/b",
    "a\\b",
    "a?b",
    "a#b",
    "a\tb",
    "a\nb",
    "a\0b",
    "1.2.3.4.5",
    "256.1.1.1",
    "[::1",
    "::1",
    "[fe80::1%25eth0]",
    "[::ffff:127.0.0.1]x",
    "a..b",
    "%00",
    "a%2fb"
  ])("%j is none", (text) => {
    assert.isUndefined(parseHost(text))
  })
})
