import type { NameRules } from '../name-mapping.js';

const maxNameLength = 1_011;
const maxLevels = 15;

/** The names of parameters: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html */
export const parameterNames: NameRules = {
  service: 'ssm',
  level: /^[\w.-]+$/,
  prefix: /^[\w./-]+$/,
  problemOf(id) {
    if (id.length > maxNameLength) return `must have at most ${maxNameLength} characters`;
    if (!/^[\w./-]+$/.test(id)) return 'must have only letters, digits and the signs "/_.-"';
    const levels = id.split('/');
    if (levels.length > 1 && levels[0] !== '')
      return 'must begin with "/" if it has levels. Set prefix to "/app/"';
    if (levels.slice(1).includes('')) return 'must not have an empty level, as in "a//b" or "a/"';
    return levels.length - 1 > maxLevels ? `must have at most ${maxLevels} levels` : undefined;
  },
};
