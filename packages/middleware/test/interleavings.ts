import {
  type Answer,
  type InvalidateTarget,
  layersOf,
  refKey,
  SecretError,
  type SecretRef,
  seal,
} from '@secretkit/core/provider';
import { vi } from 'vitest';
import { cache } from '../src/cache/index.js';
import { flush } from './held-backend.js';
import { interleavedBackend, type Outcome } from './interleaved-backend.js';
import { type Reader, readersOf } from './interleaved-readers.js';
import { invariants } from './invariants.js';
import { LawModel, type ModelCall, type ModelReader, options, type Told } from './law-model.js';

/** Two names, and one of them in two scopes: what must never be mixed up. */
export const refs: readonly SecretRef[] = [
  { name: 'a' },
  { name: 'b' },
  { name: 'a', scope: { user: 'usr_1' } },
  { name: 'a', scope: { account: 'acct_1' } },
];

/** Which of them an invalidation reaches. */
export const targets: readonly {
  readonly target: InvalidateTarget | undefined;
  readonly covers: readonly number[];
}[] = [
  { target: undefined, covers: [0, 1, 2, 3] },
  { target: { scope: { user: 'usr_1' } }, covers: [2] },
  { target: { scope: { account: 'acct_1' } }, covers: [3] },
  ...refs.map((target, at) => ({ target, covers: [at] })),
];

/** Numbers stand for places in what there is to choose from. */
export type Step =
  | {
      readonly act: 'read';
      readonly ref: number;
      readonly how: 'plain' | 'by name' | 'fresh';
      readonly times: number;
    }
  | {
      readonly act: 'batch';
      readonly refs: readonly number[];
      readonly fresh: boolean;
      readonly forMs: number | undefined;
    }
  | { readonly act: 'peek' | 'set' | 'delete'; readonly ref: number }
  | { readonly act: 'written'; readonly write: number; readonly fails: boolean }
  | { readonly act: 'invalidate'; readonly target: number }
  | {
      readonly act: 'answer';
      readonly call: number;
      readonly outcomes: readonly [Outcome, Outcome];
      readonly whole: boolean;
    }
  | { readonly act: 'abort'; readonly reader: number; readonly reason: unknown; readonly again: boolean }
  | { readonly act: 'tick'; readonly ms: number };

/** Plays the steps against a cache and the law, and answers with where they differ: nowhere, if all is well. */
export async function play(steps: readonly Step[]): Promise<readonly string[]> {
  const broken: string[] = [];
  const law = new LawModel();
  const time = { wallMs: 1_700_000_000_000, passedMs: 0 };
  const now = (): number => {
    law.see(time.wallMs); // the law knows of time what the cache has seen
    return time.wallMs;
  };
  const backend = interleavedBackend(() => time.wallMs);
  const stack = cache({ ...options, random: () => 0.5, now })(backend.provider);
  const witness = invariants(broken);
  const readers = readersOf(stack, (key, secret, startedIn) =>
    witness.served(key, secret, startedIn, law.wall),
  );
  const changes: string[] = [];
  stack.subscribe?.(({ secret }) => changes.push(secret.reveal()));

  const waiting = new Set<Reader>(); // by the law or in fact
  const dueAt = new Map<ModelReader, number>(); // by the time that has passed
  const underWay = new Set<ModelCall>(); // as above

  function judge(reader: Reader): void {
    const { keys, fresh, deadline = Number.POSITIVE_INFINITY } = reader;
    reader.law = law.read(keys, fresh, deadline <= law.wall);
    dueAt.set(reader.law, time.passedMs + deadline - law.wall);
    waiting.add(reader);
  }

  /** Does it to the cache. What is returned does it to the law, when the cache has had its turn. */
  function perform(step: Step): (() => void) | undefined {
    switch (step.act) {
      case 'read': {
        const ref = refAt(step.ref);
        const started = Array.from({ length: step.times }, () =>
          step.how === 'by name'
            ? readers.startByName(ref, law.step)
            : readers.start([ref], law.step, step.how === 'fresh'),
        );
        return () => started.forEach(judge);
      }
      case 'batch': {
        const deadline = step.forMs === undefined ? undefined : time.wallMs + step.forMs;
        const reader = readers.start(step.refs.map(refAt), law.step, step.fresh, deadline);
        return () => judge(reader);
      }
      case 'peek': {
        const shown = readers.peek(refAt(step.ref));
        return () => {
          const expected = law.peek(refKey(refAt(step.ref)));
          for (const each of shown) if (each !== expected) broken.push(`peek: ${each}, not ${expected}`);
        };
      }
      case 'set':
      case 'delete': {
        const ref = refAt(step.ref);
        const writing = step.act === 'set' ? stack.set?.(ref, seal('x'), {}) : stack.delete?.(ref, {});
        writing?.catch(() => undefined);
        return () => law.mark(refKey(ref));
      }
      case 'written': {
        const [write] = backend.writes.splice(step.write % Math.max(1, backend.writes.length), 1);
        if (!write) return undefined;
        write.settle(step.fails);
        return () => {
          law.mark(write.key);
          witness.wrote(write.key, law.step);
        };
      }
      case 'invalidate': {
        const { target, covers } = targets[step.target] ?? { target: undefined, covers: [] };
        stack.invalidate?.(target);
        return () => covers.forEach((at) => law.mark(refKey(refAt(at))));
      }
      case 'answer': {
        const live = law.calls.filter(({ ended }) => !ended);
        const call = live[step.call % Math.max(1, live.length)];
        if (!call) return undefined;
        const whole = step.whole && typeof step.outcomes[0] === 'object' && 'code' in step.outcomes[0];
        const answers = call.keys.map((key, at) =>
          backend.answerOf(key, step.outcomes[whole || at % 2 === 0 ? 0 : 1]),
        );
        for (const [at, key] of call.keys.entries()) witness.told(key, answers[at], call.step, law.step);
        backend.reads[law.calls.indexOf(call)]?.settle(answers, whole);
        return () => law.land(call, (key) => toldOf(answers[call.keys.indexOf(key)]));
      }
      case 'abort': {
        const able = [...waiting].filter(({ end, caller }) => !end && caller);
        const reader = able[step.reader % Math.max(1, able.length)];
        if (!reader) return undefined;
        reader.caller?.abort(step.reason);
        const again = step.again ? readers.start(reader.refs, law.step, reader.fresh) : undefined; // in the same breath
        return () => {
          reader.hasLeft = true;
          if (reader.law) law.leave(reader.law, false);
          if (again) judge(again);
        };
      }
      case 'tick': {
        time.wallMs += step.ms;
        if (step.ms <= 0) return undefined;
        time.passedMs += step.ms;
        vi.advanceTimersByTime(step.ms);
        return () => {
          for (const reader of law.readers)
            if ((dueAt.get(reader) ?? 0) <= time.passedMs) law.leave(reader, true);
        };
      }
    }
  }

  function compare(): void {
    for (const call of law.calls.slice(compared.calls)) underWay.add(call);
    for (const { keys } of backend.reads.slice(law.calls.length))
      broken.push(`a call too many, for ${keys.join()}`);
    compared.calls = law.calls.length;
    for (const call of underWay) {
      const { keys, ctx: { signal, ...ctx } = {} } = backend.reads[law.calls.indexOf(call)] ?? {};
      const made = JSON.stringify({ keys, ctx, aborted: signal?.aborted });
      const wanted = JSON.stringify({ keys: call.keys, ctx: call.ctx, aborted: call.ended === 'left' });
      if (made !== wanted) broken.push(`a call: ${made}, not ${wanted}`);
      if (call.ended) underWay.delete(call);
    }
    for (const reader of waiting) {
      const { keys, end, caller, hasLeft } = reader;
      const words = end && 'words' in end ? end.words : undefined;
      const wanted = hasLeft ? undefined : reader.law?.answer?.join();
      const isOwn = end && 'reason' in end && end.reason === caller?.signal.reason;
      if (words !== wanted || (hasLeft && !isOwn))
        broken.push(`the reader of ${keys.join()}: ${words}, not ${wanted}`);
      if (end) waiting.delete(reader);
    }
    if (changes.join() !== law.changes.join())
      broken.push(`told of ${changes.join()}, not ${law.changes.join()}`);
    const counts = JSON.stringify(layersOf(stack)[0]?.snapshot?.());
    const wanted = JSON.stringify({ ...law.counts, evictions: 0, size: law.size });
    if (counts !== wanted) broken.push(`counts: ${counts}, not ${wanted}`);
  }
  const compared = { calls: 0 };

  for (const step of steps) {
    law.step += 1;
    const then = perform(step);
    await flush();
    then?.();
    compare();
    if (broken.length > 0) return [...broken, `in step ${law.step}: ${JSON.stringify(step)}`];
  }
  await stack[Symbol.asyncDispose]?.();
  await flush();
  for (const { keys, end } of waiting)
    if (!end || !('words' in end) || !end.words.split(',').includes('closed'))
      broken.push(`closing has not released the reader of ${keys.join()}`);
  for (const [at, { ended }] of law.calls.entries())
    if (backend.reads[at]?.ctx.signal?.aborted !== (ended !== 'answered'))
      broken.push('a call outlived its readers');
  return broken;
}

function refAt(at: number): SecretRef {
  return refs[at] as SecretRef; // numbers are drawn from its places
}

function toldOf(answer: Answer): Told {
  if (answer === undefined) return 'missing';
  if (answer instanceof SecretError) return { code: answer.code, retryAfterMs: answer.retryAfterMs };
  const { expiresAt } = answer;
  return { value: answer.reveal(), ...(expiresAt && { expiresAt: expiresAt.getTime() }) };
}
