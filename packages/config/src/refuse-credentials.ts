// Whole words of a parameter's name: keyspace and author do not name credentials.
const credentialNames =
  /^(?:(?:api|access|private|secret)?key|.*(?:secret|token|password|passwd|credentials?)|pass|pwd|auth|signature|sig)$/;

// The prefixes of keys of Stripe, GitHub, Slack and AWS, and of JSON web tokens.
const credentials =
  /(?:^|[^A-Za-z0-9])(?:[sr]k_|whsec_|gh[pousr]_|github_pat_|xox[a-z]-|AKIA[A-Z0-9]|eyJ[A-Za-z0-9])/;

/** @throws `TypeError` for a URL with a credential. The message does not quote the URL. */
export function refuseCredentials(url: URL): void {
  if (url.username || url.password) throw refusal('user info');
  for (const text of decodings(url.href)) {
    for (const [, name = ''] of text.matchAll(/[?&#;]([^?&#;=]*)=/g)) {
      if (wordsOf(name).some((word) => credentialNames.test(word))) {
        throw refusal('a parameter with the name of a credential');
      }
    }
    if (credentials.test(text)) throw refusal('text that looks like an API key');
  }
  for (const value of url.searchParams.values()) {
    for (const text of decodings(value)) {
      if (URL.canParse(text)) refuseCredentials(new URL(text)); // for example a baseUrl
    }
  }
}

/** Returns the words of `apiKey`, `api_key` or `api-key`. */
function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
}

const maxDecodings = 10; // each takes the time and the memory of the whole text

/** Returns the text and each text that it encodes. @throws For one that is percent-encoded too often. */
function decodings(text: string): readonly string[] {
  const found = [text];
  for (let next = decode(text); next !== found.at(-1); next = decode(next)) {
    if (found.length > maxDecodings)
      throw refusal(`text that is percent-encoded more than ${maxDecodings} times`);
    found.push(next);
  }
  return found;
}

/** Decodes ASCII, of which all credentials consist. A percent sign that encodes nothing stays. */
function decode(text: string): string {
  return text.replaceAll(/%([0-7][0-9a-f])/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}

function refusal(found: string): TypeError {
  return new TypeError(
    `openProvider: url must not have a credential, since URLs are logged, got ${found}. ` +
      'Pass the credential to the opener, such as stripeOpener({ apiKey: () => process.env.STRIPE_SECRET_KEY }).',
  );
}
