/** Credentials that stay outside of every box: their values, and what a box trusts so that they can be added to its requests. */
import { Context, Schema, type Effect } from "effect"

/** `detail` says what was wrong with its source, without any of its content. */
export class SecretUnreadable extends Schema.TaggedError<SecretUnreadable>()("SecretUnreadable", {
  name: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `The secret "${this.name}" cannot be read: ${this.detail}`
  }
}

/** PEM. */
export interface Certificate {
  readonly key: string
  readonly cert: string
}

export class Secrets extends Context.Service<
  Secrets,
  {
    /** As its source says; a command's answer is kept for five minutes, a file's and a variable's are read each time. */
    readonly value: (name: string) => Effect.Effect<string, SecretUnreadable>
    /** A host has refused it: its source is asked again the next time. */
    readonly rejected: (name: string) => Effect.Effect<void>
    /**
     * A directory for boxes whose requests to these hosts are read here, mounted read-only: `bundle.pem` (the public
     * authorities, and the one of this installation, which can speak for these hosts alone) and `npmrc` (placeholders).
     * Another set of hosts has another directory. Fails where it cannot be written.
     */
    readonly trust: (hosts: ReadonlyArray<string>) => Effect.Effect<string, SecretUnreadable>
    /** The certificate by which this installation speaks to boxes in the place of a host. */
    readonly certificate: (host: string) => Effect.Effect<Certificate, SecretUnreadable>
  }
>()("loop/services/Secrets") {}
