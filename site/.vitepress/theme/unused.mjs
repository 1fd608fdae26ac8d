// Replaces the code of a search that the site does not use.
export default undefined;
