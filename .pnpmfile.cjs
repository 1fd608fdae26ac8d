// pnpm replaces `workspace:` ranges when it packs a package, and lists the dependencies in the order in which it has read
// their manifests. Sorted, the same sources give the same bytes.
const fields = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];

module.exports = {
  hooks: {
    beforePacking(manifest) {
      const present = fields.filter((field) => manifest[field]);
      return { ...manifest, ...Object.fromEntries(present.map((field) => [field, sorted(manifest[field])])) };
    },
  },
};

function sorted(dependencies) {
  return Object.fromEntries(Object.entries(dependencies).sort(([a], [b]) => (a < b ? -1 : 1)));
}
