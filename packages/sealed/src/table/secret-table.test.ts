import { describe, it } from 'vitest';
import { memoryTable } from '../../test/memory-table.js';
import { describeTable } from '../../test/table-cases.js';

describeTable('a reference implementation in memory', memoryTable, { describe, it });
