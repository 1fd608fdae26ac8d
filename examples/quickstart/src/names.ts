/** The names that the application reads. As environment variables: DATABASE_URL and so on. */
export const names = {
  database: 'database-url',
  webhook: 'webhook-secret',
  mail: 'mail-token',
  login: 'login-key',
  oauth: 'oauth-token',
  shortLived: 'short-lived-token',
} as const;

/** Made-up values. */
export const values: Readonly<Record<string, string>> = {
  [names.database]: 'postgres://app:not-a-real-password@db.example/app',
  [names.webhook]: 'whsec_not-a-real-secret',
  [names.mail]: 'mail_not-a-real-token',
  [names.login]: 'login_not-a-real-key',
  [names.oauth]: 'oauth_not-a-real-token-of-the-account',
};

export const user = 'usr_alice';
export const valueOfUser = 'oauth_not-a-real-token-of-alice';
export const valueShortLived = 'token_not-a-real-one-and-soon-gone';
export const shortLifeMs = 3_000;
