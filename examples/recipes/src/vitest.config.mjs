// Where a recipe runs vitest, as in the workspace: the sources of the packages.
const conditions = ['@secretkit/source', 'node'];

export default { resolve: { conditions }, ssr: { resolve: { conditions, externalConditions: conditions } } };
