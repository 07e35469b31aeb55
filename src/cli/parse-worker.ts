import { serveShard } from '../ingest/share/serve-shard.ts';

serveShard();
