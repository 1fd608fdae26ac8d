/** An answer of another server that says no, by its status alone: its body may hold anything. */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure';

  constructor(
    who: string,
    readonly status: number,
  ) {
    super(`${who} answers ${status}`);
  }
}
