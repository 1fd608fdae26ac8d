// Whole words of a parameter's name: a keyspace or an author is no credential.
const credentialNames =
  /^(?:(?:api|access|private|secret)?key|.*(?:secret|token|password|passwd|credentials?)|pass|pwd|auth|signature|sig)$/;

// Stripe's keys and hooks, and what GitHub, Slack, AWS and JSON web tokens begin with.
const credentials =
  /(?:^|[^A-Za-z0-9])(?:[sr]k_|whsec_|gh[pousr]_|github_pat_|xox[a-z]-|AKIA[A-Z0-9]|eyJ[A-Za-z0-9])/;

/** @throws `TypeError` for a URL with a credential. Nothing of the URL is shown. */
export function refuseCredentials(url: URL): void {
  if (url.username || url.password) throw refused('user info');
  for (const [name, value] of url.searchParams) {
    if (wordsOf(name).some((word) => credentialNames.test(word)))
      throw refused('a parameter that is called like a credential');
    if (URL.canParse(value)) refuseCredentials(new URL(value)); // such as a baseUrl
  }
  if (credentials.test(decoded(url.href))) throw refused('what looks like an API key');
}

/** The words of `apiKey`, `api_key` and `api-key`. */
function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
}

function decoded(href: string): string {
  try {
    return decodeURIComponent(href);
  } catch {
    return href; // a % of its own
  }
}

function refused(what: string): TypeError {
  return new TypeError(
    `openProvider: the URL has ${what}, and URLs are printed and logged. ` +
      'Hand a credential to the opener, such as stripeOpener({ apiKey: () => process.env.STRIPE_SECRET_KEY }).',
  );
}
