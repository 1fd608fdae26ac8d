import { runStory } from './story.js';

await runStory(console.log);
