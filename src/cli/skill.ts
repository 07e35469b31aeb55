import { main } from './main.ts';

/** What an agent may ask: the commands that read a store and write nothing. scripts/build-skill.mjs leaves the rest out. */
const QUESTIONS = ['list', 'show', 'stats-model', 'stats-date', 'stats-consumer', 'check', 'url'];

process.exitCode = await main(process.argv.slice(2), undefined, new Set(QUESTIONS));
