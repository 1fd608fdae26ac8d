import { inChild } from './src/in-child.js';
for (const s of ['secretkit']) {

 console.log(s, await inChild('memory', s));
}
