import type { NameRules } from '../name-mapping.js';

const maxNameLength = 512;

/** The names of secrets: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html */
export const secretNames: NameRules = {
  service: 'secretsmanager',
  level: /^[\w+=.@-]+$/,
  prefix: /^[\w/+=.@-]+$/,
  problemOf(id) {
    if (id.length > maxNameLength) return `must have at most ${maxNameLength} characters`;
    return /^[\w/+=.@-]+$/.test(id) ? undefined : 'must have only letters, digits and the signs "/_+=.@-"';
  },
};
