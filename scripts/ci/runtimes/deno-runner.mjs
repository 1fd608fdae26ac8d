// `describe` and `it` for `deno test`. Its own `node:test` would count each `describe` as a test.
const names = [];

export function describe(name, body) {
  names.push(name);
  body();
  names.pop();
}

/** Fails also if the test leaves a timer or a file open. The second argument may be options. */
export function it(name, ...rest) {
  const checks = { sanitizeOps: true, sanitizeResources: true };
  Deno.test({ ...checks, name: [...names, name].join(' > '), fn: rest.at(-1) });
}
