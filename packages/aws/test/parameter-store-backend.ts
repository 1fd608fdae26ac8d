import { AwsFailure, refuseUnless } from './aws-failure.js';
import type { Backend } from './aws-server.js';
import { answerOf } from './secrets-manager-backend.js';

interface Version {
  readonly value: string;
  readonly type: string;
  readonly number: number;
  readonly modifiedMs: number;
  readonly labels: string[];
}

export interface ParameterStoreBackend {
  readonly answer: Backend;
  readonly parameters: Map<string, Version[]>;
  /** The names that the role may not read. One of them denies a whole batch. */
  readonly denied: Set<string>;
}

/**
 * Parameter Store with AWS's own statuses, names and limits, where an emulator differs: values of at most 4 KB, 15 levels, no
 * spaces, a `Selector` in each answer, and a version that a label holds.
 */
export function parameterStoreBackend({ now = Date.now } = {}): ParameterStoreBackend {
  const parameters = new Map<string, Version[]>();
  const denied = new Set<string>();

  function find(request: unknown): object {
    refuseUnless(typeof request === 'string' && /^[\w./-]+(:[\w.-]+)?$/.test(request), 'ValidationException');
    const [name = '', selector] = request.split(':');
    if (denied.has(name)) throw new AwsFailure('AccessDeniedException');
    const versions = parameters.get(name);
    if (!versions) throw new AwsFailure('ParameterNotFound');
    const version =
      selector === undefined
        ? versions.at(-1)
        : versions.find(({ number, labels }) => String(number) === selector || labels.includes(selector));
    if (!version) throw new AwsFailure('ParameterVersionNotFound');
    return { ...parameterOf(name, version), ...(selector !== undefined && { Selector: `:${selector}` }) };
  }

  const operations: Readonly<Record<string, Backend>> = {
    GetParameter: (_, { Name }) => ({ Parameter: find(Name) }),
    GetParameters(_, { Names }) {
      refuseUnless(Array.isArray(Names) && Names.length > 0 && Names.length <= 10, 'ValidationException');
      const [Parameters, InvalidParameters]: [object[], unknown[]] = [[], []];
      for (const name of Names as unknown[]) {
        try {
          Parameters.push(find(name));
        } catch (error) {
          if ((error as Error).message === 'AccessDeniedException') throw error;
          InvalidParameters.push(name);
        }
      }
      return { Parameters, InvalidParameters };
    },
    GetParametersByPath(_, { Path, MaxResults = 10, NextToken = '0' }) {
      refuseUnless(Number(MaxResults) <= 10, 'ValidationException');
      const below = String(Path) === '/' ? '/' : `${String(Path)}/`;
      const found = [...parameters].filter(([name]) => name.startsWith(below));
      const from = Number(NextToken);
      const end = from + Number(MaxResults);
      return {
        Parameters: found.slice(from, end).map(([name, versions]) => parameterOf(name, versions.at(-1))),
        ...(end < found.length && { NextToken: String(end) }),
      };
    },
    GetParameterHistory(_, { Name }) {
      const versions = parameters.get(String(Name));
      if (!versions) throw new AwsFailure('ParameterNotFound');
      return { Parameters: versions.map((version) => parameterOf(String(Name), version)) };
    },
    PutParameter(_, { Name, Value, Type, Overwrite, Tier }) {
      refuseUnless(typeof Name === 'string' && /^[\w./-]{1,1011}$/.test(Name), 'ValidationException');
      refuseUnless(typeof Value === 'string' && Value.length > 0, 'ValidationException');
      refuseUnless(Buffer.byteLength(Value) <= (Tier === 'Advanced' ? 8_192 : 4_096), 'ValidationException');
      if (Name.split('/').length > 16) throw new AwsFailure('HierarchyLevelLimitExceededException');
      const versions = parameters.get(Name) ?? [];
      if (versions.length > 0 && Overwrite !== true) throw new AwsFailure('ParameterAlreadyExists');
      const last = versions.at(-1);
      if (last && last.type !== Type) throw new AwsFailure('HierarchyTypeMismatchException');
      const isFull = versions.length >= 100;
      if (isFull && versions[0]?.labels.length !== 0)
        throw new AwsFailure('ParameterMaxVersionLimitExceeded');
      const number = (last?.number ?? 0) + 1;
      const version = { value: Value, type: String(Type), number, modifiedMs: now(), labels: [] };
      parameters.set(Name, [...(isFull ? versions.slice(1) : versions), version]);
      return { Version: number, Tier: 'Standard' };
    },
    DeleteParameter(_, { Name }) {
      if (!parameters.delete(String(Name))) throw new AwsFailure('ParameterNotFound');
      return {};
    },
  };
  return { parameters, denied, answer: (operation, input) => answerOf(operations, operation, input) };
}

function parameterOf(name: string, version: Version | undefined): object {
  if (!version) throw new AwsFailure('ParameterNotFound');
  const { value, type, number, modifiedMs, labels } = version;
  const date = modifiedMs / 1_000;
  return { Name: name, Value: value, Type: type, Version: number, LastModifiedDate: date, Labels: labels };
}
