/** A refusal by another server: its status only, since its body may contain anything. */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure';

  constructor(
    who: string,
    readonly status: number,
  ) {
    super(`${who} returned ${status}`);
  }
}
