/** A token of the server, and how long it lives. The token itself is not in a field that is printed. */
export class VaultToken {
  readonly #value: string;
  /** When it ends, by the clock of the provider, in milliseconds; `Infinity` if it does not end, or if this is unknown. */
  endsAtMs: number;
  /** Whether no renewal moves its end, so that the end is the last moment of its leases, too. */
  isFinal: boolean;
  /** Whether the server has accepted it once: one that never was is not followed by logins without a limit. */
  isProven = false;

  constructor(value: string, endsAtMs: number = Infinity, isFinal: boolean = false) {
    this.#value = value;
    this.endsAtMs = endsAtMs;
    this.isFinal = isFinal;
  }

  reveal(): string {
    return this.#value;
  }
}
