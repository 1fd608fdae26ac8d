import { rotateMounted } from './rotate-mounted.js';

await rotateMounted((line) => console.log(line));
