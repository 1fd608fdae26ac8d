// Whole words of a parameter's name: keyspace and author do not name credentials.
const credentialNames =
  /^(?:(?:api|access|private|secret)?key|.*(?:secret|token|password|passwd|credentials?)|pass|pwd|auth|signature|sig)$/;

// The prefixes of keys of Stripe, GitHub, Slack and AWS, and of JSON web tokens.
const credentials =
  /(?:^|[^A-Za-z0-9])(?:[sr]k_|whsec_|gh[pousr]_|github_pat_|xox[a-z]-|AKIA[A-Z0-9]|eyJ[A-Za-z0-9])/;

/** @throws `TypeError` for a URL with a credential. The message does not quote the URL. */
export function refuseCredentials(url: URL): void {
  if (url.username || url.password) throw refusal('user info');
  for (const [name, value] of url.searchParams) {
    if (wordsOf(name).some((word) => credentialNames.test(word))) {
      throw refusal('a parameter with the name of a credential');
    }
    if (URL.canParse(value)) refuseCredentials(new URL(value)); // for example a baseUrl
  }
  if (credentials.test(decode(url.href))) throw refusal('text that looks like an API key');
}

/** Returns the words of `apiKey`, `api_key` or `api-key`. */
function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
}

function decode(href: string): string {
  try {
    return decodeURIComponent(href);
  } catch {
    return href; // a percent sign that encodes nothing
  }
}

function refusal(found: string): TypeError {
  return new TypeError(
    `openProvider: url must not have a credential, since URLs are logged, got ${found}. ` +
      'Pass the credential to the opener, such as stripeOpener({ apiKey: () => process.env.STRIPE_SECRET_KEY }).',
  );
}
