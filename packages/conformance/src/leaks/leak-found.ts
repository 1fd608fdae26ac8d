/** A value shows where none may. It says where, and not what. */
export class LeakFound extends Error {
  static {
    Object.defineProperty(this.prototype, 'name', { value: 'LeakFound' });
  }

  constructor(readonly place: string) {
    super(`a value that must not show can be seen in ${place}`);
  }
}
