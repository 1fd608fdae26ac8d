export type { TableOptions } from '../table/table-name.js';
export { type D1Binding, type D1Result, type D1Statement, d1Table } from './d1-table.js';
