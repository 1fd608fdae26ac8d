/** A code block of a recipe. */
export interface Block {
  readonly kind: 'file' | 'command' | 'output' | 'excerpt';
  /** The path of a file; of another block its language. */
  readonly name: string;
  readonly text: string;
}

export const recipeNames: readonly string[];
export function blocksOf(recipe: string): readonly Block[];
export function installedBy(recipe: string): readonly string[];
