/** An error as AWS sends it: by its name, with a message that may quote the request. */
export class AwsFailure extends Error {
  readonly status: number;
  readonly body: object;

  constructor(name: string, status = 400, message = 'CANARY-not-a-real-secret') {
    super(name);
    this.status = status;
    this.body = { __type: name, message, Message: message };
  }
}

/** @throws `AwsFailure` unless the condition holds. */
export function refuseUnless(condition: boolean, name: string): asserts condition {
  if (!condition) throw new AwsFailure(name);
}
