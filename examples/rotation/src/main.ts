import { isTested } from '../../../packages/rotation/test/server-process.js';
import { rotateUnderLoad } from './rotate-under-load.js';

const rotations = Number(process.argv[2] ?? 6);

if (isTested('initdb', 'postgres')) {
  const { failed } = await rotateUnderLoad((line) => console.log(line), {
    rotations,
    everyMs: 2_500,
    lagMs: 200,
  });
  process.exitCode = failed === 0 ? 0 : 1;
} else {
  console.log('skipped: PostgreSQL is not installed. On Debian and Ubuntu: apt-get install postgresql');
}
