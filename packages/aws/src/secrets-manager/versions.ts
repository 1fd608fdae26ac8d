import { SecretError, type SecretVersion } from '@secretkit/core/provider';
import { dateOf, textOf, textsOf } from '../answer-fields.js';
import type { VersionInput } from './client.js';

/** Returns how a request names a version: AWS makes ids of 32 to 64 characters, and any other text is a stage. */
export function versionInput(version: string | undefined): VersionInput {
  if (version === undefined) return {};
  return version.length >= 32 && version.length <= 64 ? { VersionId: version } : { VersionStage: version };
}

/** Returns one version of a list. @throws `invalid_data` for one without an id. */
export function toVersion(listed: object): SecretVersion {
  const version = textOf(listed, 'VersionId');
  if (version === undefined) throw new SecretError('invalid_data', 'the answer has a version without an id.');
  const createdAt = dateOf(listed, 'CreatedDate');
  return { version, stages: textsOf(listed, 'VersionStages'), ...(createdAt && { createdAt }) };
}

/** Compares by date; of two versions of one moment, the current one is the newer. */
export function newestFirst(one: SecretVersion, other: SecretVersion): number {
  return (other.createdAt?.getTime() ?? 0) - (one.createdAt?.getTime() ?? 0) || rank(one) - rank(other);
}

const order = ['AWSCURRENT', 'AWSPREVIOUS'];

function rank({ stages = [] }: SecretVersion): number {
  const at = order.findIndex((stage) => stages.includes(stage));
  return at < 0 ? order.length : at;
}
