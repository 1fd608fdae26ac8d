/** Resolves with the error that a call throws, or that its promise rejects with. Rejects if there is none. */
export async function failureOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
