import { sessionJson } from '../query/json.ts';
import type { SessionWhy } from '../query/why/session-why.ts';
import { exactJson, sessionWhyJson } from '../query/why/why-json.ts';

/** `why <id> --json` */
export function sessionWhyDocument(why: SessionWhy): string {
  const head = JSON.stringify({ version: 1, ...sessionJson(why.session, why.sum) });
  return `${head.slice(0, -1)},${exactJson(sessionWhyJson(why)).slice(1)}\n`;
}
