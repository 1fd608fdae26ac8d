import { fetchedAt, staleUntil } from '@secretkit/core/middleware';
import {
  type Answer,
  errorRules,
  type InvalidateTarget,
  layersOf,
  refKey,
  type Secret,
  SecretError,
  type SecretErrorCode,
  type SecretRef,
  seal,
  withoutVersion,
} from '@secretkit/core/provider';
import { cache } from '../src/cache/index.js';
import { flush } from './held-backend.js';
import { interleavedBackend, type Outcome } from './interleaved-backend.js';
import { type Reader, readersOf } from './interleaved-readers.js';
import { invariants } from './invariants.js';
import { LawModel, type ModelAnswer, type ModelCall, type ModelReader, options } from './law-model.js';
import type { ManualTimers } from './manual-timers.js';

/** Two names, and one of them in two more scopes and with a version: five secrets that must not be confused. */
export const refs: readonly SecretRef[] = [
  { name: 'a' },
  { name: 'b' },
  { name: 'a', scope: { user: 'usr_1' } },
  { name: 'a', scope: { account: 'acct_1' } },
  { name: 'a', version: 'v1' },
];

/** The targets of an invalidation, and the refs that each covers. */
export const targets: readonly {
  readonly target: InvalidateTarget | undefined;
  readonly covers: readonly number[];
}[] = [
  { target: undefined, covers: [0, 1, 2, 3, 4] },
  { target: { scope: { user: 'usr_1' } }, covers: [2] },
  { target: { scope: { account: 'acct_1' } }, covers: [3] },
  ...refs.map((target, at) => ({ target, covers: at === 0 || at === 4 ? [0, 4] : [at] })),
];

/** One step of an interleaving. The numbers are indexes, modulo the number of choices. */
export type Step =
  | {
      readonly act: 'read';
      readonly ref: number;
      readonly how: 'plain' | 'by name' | 'fresh' | 'young';
      readonly times: number;
    }
  | {
      readonly act: 'batch';
      readonly refs: readonly number[];
      readonly fresh: boolean;
      readonly maxAgeMs?: number | undefined;
      readonly forMs: number | undefined;
    }
  | { readonly act: 'peek' | 'set' | 'delete'; readonly ref: number }
  | { readonly act: 'written'; readonly write: number; readonly failure: SecretErrorCode | undefined }
  | { readonly act: 'invalidate' | 'report invalidate'; readonly target: number }
  | {
      readonly act: 'report';
      readonly ref: number;
      readonly value: 'new' | 'same';
      readonly lifeMs: number | undefined;
    }
  | {
      readonly act: 'answer';
      readonly call: number;
      readonly outcomes: readonly [Outcome, Outcome];
      readonly whole: boolean;
    }
  | { readonly act: 'abort'; readonly reader: number; readonly reason: unknown; readonly again: boolean }
  | { readonly act: 'tick'; readonly ms: number };

/** Runs the steps against a cache and the model. Returns the differences; empty if there are none. */
export async function play(steps: readonly Step[], timers: ManualTimers): Promise<readonly string[]> {
  const broken: string[] = [];
  const model = new LawModel();
  const time = { wallMs: 1_700_000_000_000, passedMs: 0 };
  const now = (): number => {
    model.readClock(time.wallMs); // the model knows the readings that the cache got
    return time.wallMs;
  };
  const backend = interleavedBackend(() => time.wallMs);
  const stack = cache({ ...options, random: () => 0.5, now })(backend.provider);
  const invariant = invariants(broken);
  const readers = readersOf(stack, (key, secret, startedIn) =>
    invariant.served(key, secret, startedIn, model.wall),
  );
  const changes: string[] = [];
  stack.memory?.subscribe?.((change) => {
    if ('secret' in change) changes.push(change.secret.reveal());
  });

  const waiting = new Set<Reader>(); // in the model or in the cache
  const due = new Map<ModelReader, { readonly rounds: number; readonly at: number }>(); // in elapsed time
  const pending = new Set<ModelCall>(); // in the model or in the cache

  function readInModel(reader: Reader): void {
    const { keys, fresh, maxAgeMs, deadline = Number.POSITIVE_INFINITY } = reader;
    reader.model = model.read(keys, fresh, deadline, maxAgeMs);
    waiting.add(reader);
  }

  /** Runs the step against the cache. Returns the function that runs it against the model, after the cache has settled. */
  function perform(step: Step): (() => void) | undefined {
    switch (step.act) {
      case 'read': {
        const ref = refAt(step.ref);
        const isPlain = step.how === 'plain' || step.how === 'by name';
        const explained = isPlain ? stack.memory?.explain?.(ref).state : undefined;
        const callsBefore = backend.reads.length;
        const started = Array.from({ length: step.times }, () =>
          step.how === 'by name'
            ? readers.startByName(ref, model.step)
            : readers.start([ref], {
                startedIn: model.step,
                fresh: step.how === 'fresh',
                ...(step.how === 'young' && { maxAgeMs: 1_000 }),
              }),
        );
        return () => {
          started.forEach(readInModel);
          if (!explained) return;
          const [first] = started;
          const words = first?.end && 'words' in first.end ? first.end.words : undefined;
          const isCall = backend.reads.length > callsBefore;
          const isStale = words?.includes(' stale since ') ?? false;
          const agrees = {
            fresh: !isCall && words !== undefined && !isStale,
            stale: isCall && (words === undefined || isStale),
            refreshing: !isCall && (words === undefined || isStale),
            cooldown: !isCall && isStale,
            missing: !isCall && words === 'missing',
            denied: !isCall && words !== undefined && Object.hasOwn(errorRules, words),
            absent: isCall && words === undefined,
          };
          if (!agrees[explained]) broken.push(`explained as ${explained}: a call ${isCall}, got ${words}`);
        };
      }
      case 'batch': {
        const deadline = step.forMs === undefined ? undefined : time.wallMs + step.forMs;
        const { fresh, maxAgeMs } = step;
        const reader = readers.start(step.refs.map(refAt), {
          startedIn: model.step,
          fresh,
          maxAgeMs,
          deadline,
        });
        return () => readInModel(reader);
      }
      case 'peek': {
        const shown = readers.peek(refAt(step.ref));
        return () => {
          const expected = model.peek(refKey(refAt(step.ref)));
          for (const each of shown)
            if (each !== expected) broken.push(`peek: expected ${expected}, got ${each}`);
        };
      }
      case 'set':
      case 'delete': {
        const ref = withoutVersion(refAt(step.ref));
        const writing = step.act === 'set' ? stack.set?.(ref, seal('x'), {}) : stack.delete?.(ref, {});
        writing?.catch(() => undefined);
        return () => versionsOf(refKey(ref)).forEach((key) => model.detach(key));
      }
      case 'written': {
        const [write] = backend.writes.splice(step.write % Math.max(1, backend.writes.length), 1);
        if (!write) return undefined;
        write.settle(step.failure);
        return () => {
          for (const key of versionsOf(write.key)) {
            model.detach(key);
            model.endWrite(key, step.failure);
            invariant.written(key, model.step);
          }
        };
      }
      case 'report': {
        const ref = refAt(step.ref);
        const key = refKey(ref);
        const secret = backend.answerOf(key, step) as Secret; // not a failure
        invariant.answered(key, secret, model.step, model.step);
        backend.report({ ref, secret });
        return () => {
          for (const each of versionsOf(key)) if (each !== key) model.detach(each);
          model.report(key, secret.reveal(), secret.expiresAt?.getTime());
        };
      }
      case 'report invalidate':
      case 'invalidate': {
        const { target, covers } = targets[step.target] ?? { target: undefined, covers: [] };
        if (step.act === 'invalidate') stack.memory?.invalidate?.(target);
        else backend.report({ invalidate: target });
        return () => covers.forEach((at) => model.detach(refKey(refAt(at))));
      }
      case 'answer': {
        const live = model.calls.filter(({ ended }) => !ended);
        const call = live.at(step.call % Math.max(1, live.length)); // negative: from the latest
        if (!call) return undefined;
        const whole = step.whole && typeof step.outcomes[0] === 'object' && 'code' in step.outcomes[0];
        const answers = call.keys.map((key, at) =>
          backend.answerOf(key, step.outcomes[whole || at % 2 === 0 ? 0 : 1]),
        );
        for (const [at, key] of call.keys.entries())
          invariant.answered(key, answers[at], call.step, model.step);
        backend.reads[model.calls.indexOf(call)]?.settle(answers, whole);
        return () => model.settle(call, (key) => modelAnswerOf(answers[call.keys.indexOf(key)]));
      }
      case 'abort': {
        const able = [...waiting].filter(({ end, caller }) => !end && caller);
        const reader = able[step.reader % Math.max(1, able.length)];
        if (!reader) return undefined;
        reader.caller?.abort(step.reason);
        const again = step.again
          ? readers.start(reader.refs, { startedIn: model.step, fresh: reader.fresh })
          : undefined; // in the same synchronous turn
        return () => {
          reader.hasLeft = true;
          if (reader.model) model.leave(reader.model, false);
          if (again) readInModel(again);
        };
      }
      case 'tick': {
        time.wallMs += step.ms;
        if (step.ms <= 0) return undefined;
        time.passedMs += step.ms;
        timers.advance(step.ms);
        return () => {
          for (const reader of model.readers)
            if ((due.get(reader)?.at ?? 0) <= time.passedMs) model.leave(reader, true);
        };
      }
    }
  }

  function compare(): void {
    broken.push(...model.differences);
    for (const call of model.calls.slice(compared.calls)) pending.add(call);
    for (const { keys } of backend.reads.slice(model.calls.length))
      broken.push(`an unexpected call, for ${keys.join()}`);
    compared.calls = model.calls.length;
    for (const call of pending) {
      const { keys, ctx: { signal, ...carried } = {} } = backend.reads[model.calls.indexOf(call)] ?? {};
      const ctx = { ...carried, background: undefined }; // it is a signal
      const actual = JSON.stringify({ keys, ctx, aborted: signal?.aborted });
      const expected = JSON.stringify({ keys: call.keys, ctx: call.ctx, aborted: call.ended === 'aborted' });
      if (actual !== expected) broken.push(`a call: expected ${expected}, got ${actual}`);
      if (call.ended) pending.delete(call);
    }
    for (const reader of model.readers) {
      const { rounds, deadline } = reader;
      if (due.get(reader)?.rounds !== rounds)
        due.set(reader, { rounds, at: time.passedMs + deadline - model.wall });
    }
    for (const reader of waiting) {
      const { keys, end, caller, hasLeft } = reader;
      const words = end && 'words' in end ? end.words : undefined;
      const expected = hasLeft ? undefined : reader.model?.answer?.join();
      const isOwn = end && 'reason' in end && end.reason === caller?.signal.reason;
      if (words !== expected || (hasLeft && !isOwn))
        broken.push(`the reader of ${keys.join()}: expected ${expected}, got ${words}`);
      if (end) waiting.delete(reader);
    }
    if (changes.join() !== model.changes.join())
      broken.push(`changes: expected ${model.changes.join()}, got ${changes.join()}`);
    const expectedCounts = { ...model.counts, evictions: 0, size: model.size };
    const snapshot = layersOf(stack)[0]?.snapshot?.() ?? {};
    const counts = JSON.stringify(
      Object.fromEntries(Object.keys(expectedCounts).map((key) => [key, snapshot[key]])),
    );
    const expected = JSON.stringify(expectedCounts);
    if (counts !== expected) broken.push(`counts: expected ${expected}, got ${counts}`);
  }
  const compared = { calls: 0 };

  for (const step of steps) {
    model.step += 1;
    const then = perform(step);
    await flush();
    then?.();
    compare();
    if (broken.length > 0) return [...broken, `in step ${model.step}: ${JSON.stringify(step)}`];
  }
  await stack[Symbol.asyncDispose]?.();
  await flush();
  for (const { keys, end } of waiting)
    if (!end || !('words' in end) || !end.words.split(',').includes('closed'))
      broken.push(`dispose did not release the reader of ${keys.join()}`);
  for (const [at, { ended }] of model.calls.entries())
    if (backend.reads[at]?.ctx.signal?.aborted !== (ended !== 'answered'))
      broken.push('a call that no reader waits for is not aborted');
  return broken;
}

/** Returns the keys that a write of this one covers. */
function versionsOf(key: string): readonly string[] {
  return refs.filter((ref) => [ref, withoutVersion(ref)].some((each) => refKey(each) === key)).map(refKey);
}

function refAt(at: number): SecretRef {
  return refs[at] as SecretRef; // the steps have valid indexes
}

function modelAnswerOf(answer: Answer): ModelAnswer {
  if (answer === undefined) return 'missing';
  if (answer instanceof SecretError) return { code: answer.code, retryAfterMs: answer.retryAfterMs };
  const { expiresAt, refreshAt, staleSince } = answer;
  const [fetched, until] = [fetchedAt(answer), staleUntil(answer)];
  return {
    value: answer.reveal(),
    ...(fetched !== undefined && { fetchedAt: fetched }),
    ...(staleSince && { staleSince: staleSince.getTime() }),
    ...(until !== undefined && { staleUntil: until }),
    ...(expiresAt && { expiresAt: expiresAt.getTime() }),
    ...(refreshAt && { refreshAt: refreshAt.getTime() }),
  };
}
