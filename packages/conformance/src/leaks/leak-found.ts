/** A secret value was found. The message names the place, never the value. */
export class LeakFound extends Error {
  static {
    Object.defineProperty(this.prototype, 'name', { value: 'LeakFound' });
  }

  constructor(readonly place: string) {
    super(`a secret value leaked through ${place}`);
  }
}
