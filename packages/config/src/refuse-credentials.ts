const credentialNames = /key|secret|token|passw|pwd|credential|auth|signature/i;

// Stripe's keys and hooks, and what GitHub, Slack, AWS and JSON web tokens begin with.
const credentials =
  /(?:^|[^A-Za-z0-9])(?:[sr]k_|whsec_|gh[pousr]_|github_pat_|xox[a-z]-|AKIA[A-Z0-9]|eyJ[A-Za-z0-9])/;

/** @throws `TypeError` for a URL with a credential. Nothing of the URL is shown. */
export function refuseCredentials(url: URL): void {
  if (url.username || url.password) throw refused('user info');
  for (const name of url.searchParams.keys()) {
    if (credentialNames.test(name)) throw refused('a parameter that is called like a credential');
  }
  if (credentials.test(decoded(url.href))) throw refused('what looks like an API key');
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
