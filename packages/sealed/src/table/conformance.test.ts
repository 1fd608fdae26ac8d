import { describeProvider, saveReports } from '@secretkit/conformance';
import { describe, it } from 'vitest';
import { memoryTable } from '../../test/memory-table.js';
import { tableHarness } from '../../test/table-harness.js';

const onReport = saveReports(new URL('../../../../.cache/conformance/', import.meta.url));

describeProvider('sealed', tableHarness(memoryTable), { describe, it }, { onReport });
