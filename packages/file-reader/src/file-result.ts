/** The content of a file, or the reason why there is none. */
export type FileResult = { readonly bytes: Uint8Array } | { readonly failure: FileFailure };

/** The reason why a file has no content. */
export type FileFailure =
  | 'absent'
  | 'denied'
  | 'directory'
  | 'device'
  | 'socket'
  | 'too large'
  /** It was emptied or changed while it was read. */
  | 'rewritten'
  /** A pipe into which nobody writes. */
  | 'no writer'
  /** The call's deadline passed while the pipe had nothing to read. */
  | 'late'
  | 'closed'
  | 'unreadable';
