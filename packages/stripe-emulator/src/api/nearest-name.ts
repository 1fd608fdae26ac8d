const maxEdits = 2;

/** Returns the name with the smallest edit distance to a misspelled one, or `undefined` if the distance is above two. */
export function nearestName(misspelled: string, names: readonly string[]): string | undefined {
  const near = names
    .map((name) => ({ name, edits: editDistance(misspelled, name) }))
    .filter(({ edits }) => edits <= maxEdits);
  return near.sort((a, b) => a.edits - b.edits)[0]?.name;
}

/** Returns the Levenshtein distance, or a number above the limit when the lengths already differ too much. */
function editDistance(from: string, to: string): number {
  if (Math.abs(from.length - to.length) > maxEdits) return maxEdits + 1;
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const changed = Number(from[row - 1] !== to[column - 1]);
      const [left, above, across] = [current[column - 1], previous[column], previous[column - 1]].map(Number);
      current.push(Math.min(Number(left) + 1, Number(above) + 1, Number(across) + changed));
    }
    previous = current;
  }
  return Number(previous[to.length]);
}
