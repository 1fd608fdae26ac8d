/**
 * What a dynamic import gives.
 *
 * @throws `TypeError` that says what to install, if it is not installed; else what the import throws.
 */
export async function installed<M>(load: () => Promise<M>, packages: string): Promise<M> {
  try {
    return await load();
  } catch (error) {
    if ((error as { readonly code?: unknown } | null)?.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new TypeError(`The package of this URL's scheme is not installed: npm install ${packages}.`);
  }
}
