import { tellStory } from './story.js';

await tellStory(console.log);
