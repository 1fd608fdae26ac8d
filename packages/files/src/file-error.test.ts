import type { SecretErrorCode } from '@secretkit/core/provider';
import type { FileFailure } from '@secretkit/file-reader';
import { expect, it } from 'vitest';
import { fileError, folderError } from './file-error.js';

const codes: Readonly<Record<FileFailure, SecretErrorCode>> = {
  absent: 'unavailable',
  denied: 'unavailable',
  directory: 'invalid_data',
  device: 'invalid_data',
  socket: 'invalid_data',
  'too large': 'invalid_data',
  rewritten: 'unavailable',
  'no writer': 'unavailable',
  late: 'timeout',
  closed: 'closed',
  unreadable: 'unavailable',
};

it.each(Object.entries(codes) as [FileFailure, SecretErrorCode][])(
  'a file that is %s is %s, with the file and a remedy in the message',
  (failure, code) => {
    const { code: got, problem } = fileError(failure, 'the file of a test');
    expect(got).toBe(code);
    if (failure !== 'closed') expect(problem).toContain('the file of a test');
  },
);

it.each([...(Object.keys(codes) as FileFailure[]), 'file', 'changing'] as const)(
  'a folder that is %s is never an absence, a denial or bad data: caches keep their values',
  (failure) => {
    expect(folderError(failure).code).toBe(failure === 'closed' ? 'closed' : 'unavailable');
  },
);
