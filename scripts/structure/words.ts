/** A word or a phrase that this repository does not use. */
export interface BannedWord {
  readonly word: string;
  readonly pattern: RegExp;
  /** What to write instead. */
  readonly use: string;
  /** Texts that look similar and are allowed. */
  readonly plain?: readonly string[];
}

/** Words with a plainer one. Identifiers match by case, phrases do not. */
export const bannedWords: readonly BannedWord[] = [
  ...identifiers({
    restMs: 'refreshCooldownMs',
    isResting: 'a name with cooldown',
    connectBy: 'accountHeader',
    leaveAt: 'abortable(promise, signal)',
    steadyClock: 'monotonicClock',
    setBackMs: 'offsetMs',
    flightBoard: 'inflight',
    sanitise: 'toSecretError',
    restate: 'withFields',
    takeDown: 'a name with record',
    Kept: 'CachedSecret',
    Recall: 'CachedReader',
    Surroundings: 'Context',
    heldKey: 'keyVault',
    selectProvider: 'an object and Object.hasOwn',
  }),
  { word: 'Sound<S>', pattern: /\bSound</, use: 'ValidSpecs<S>' },
  {
    word: 'a flight',
    pattern: /(?<!\b(?:in|single)[ -])\bflights?\b(?!-)|(?<!\b(?:in|single)[ -])\bflight(?:[A-Z]|-)/i,
    use: 'in-flight request, inflight',
    plain: ['in flight', 'In-flight requests', 'single-flight', 'Single flight', 'inFlight', 'inflight'],
  },
  ...phrases({
    'flight-board': 'inflight',
    'held-key': 'key-vault',
    ride: 'wait for the in-flight request',
    travel: 'in flight; is passed on',
    landing: 'applyResult; result',
    verdict: 'negative entry',
    harmless: 'ignoreErrors; safe',
    heard: 'answers; recorded',
    'time-out': 'timeout',
    'back-off': 'backoff',
    'half of a surrogate': 'lone surrogate',
    'under way': 'in flight, in progress',
    'for how long': 'how long, duration',
    mend: 'fix',
    told: 'reported, returned, logged, notified',
    whoever: 'the caller, the user',
    'the one unused for longest': 'least recently used',
    'time that never goes back': 'monotonic clock',
  }),
  {
    word: 'it is no provider',
    pattern: /(?<!\bthere )\bis no (?!longer\b|more\b)\w+/i,
    use: 'is not a …, must be …, invalid',
    plain: ['there is no provider', 'There is no secret', 'it is no longer cached', 'this node'],
  },
];

function identifiers(words: Readonly<Record<string, string>>): readonly BannedWord[] {
  return Object.entries(words).map(([word, use]) => ({ word, use, pattern: new RegExp(`\\b${word}\\b`) }));
}

/** The plural counts too. */
function phrases(words: Readonly<Record<string, string>>): readonly BannedWord[] {
  return Object.entries(words).map(([word, use]) => ({
    word,
    use,
    pattern: new RegExp(`\\b${word}s?\\b`, 'i'),
  }));
}
