import { servePages } from './run-render.ts';

void servePages();
