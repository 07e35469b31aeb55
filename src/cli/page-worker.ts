import { servePages } from './run-render.ts';

servePages();
