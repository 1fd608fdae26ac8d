import { invalid } from '@secretkit/core/provider';

/** The parts of an ARN that decide where it is asked. */
export interface Arn {
  readonly region: string;
}

interface Form {
  readonly pattern: RegExp;
  readonly example: string;
}

const forms: Readonly<Record<'secretsmanager' | 'ssm', Form>> = {
  secretsmanager: {
    pattern: /^arn:[\w-]+:secretsmanager:([a-z0-9-]+):\d{12}:secret:[\w/+=.@-]{1,519}$/,
    example: 'arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME',
  },
  ssm: {
    pattern: /^arn:[\w-]+:ssm:([a-z0-9-]+):\d{12}:parameter\/[\w./-]{1,1011}$/,
    example: 'arn:aws:ssm:REGION:ACCOUNT:parameter/NAME',
  },
};

/** @throws `invalid_argument` for anything else than an ARN of the service. */
export function parseArn(text: string, service: 'secretsmanager' | 'ssm'): Arn {
  const { pattern, example } = forms[service];
  const region = pattern.exec(text)?.[1];
  if (region === undefined)
    throw invalid(`the option name must return an ARN like ${example}, got another one.`);
  return { region };
}

/** @throws `invalid_argument`: another region would answer that there is no such secret. */
export function checkRegion(arn: Arn | undefined, region: string | undefined): void {
  if (arn === undefined || region === undefined || arn.region === region) return;
  throw invalid(
    `the ARN is of the region ${arn.region}, and the client asks ${region}. Use a provider with a client of ${arn.region} for it.`,
  );
}
