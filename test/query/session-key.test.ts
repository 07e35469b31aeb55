import { expect, test } from 'vitest';
import { parseSessionKey } from '../../src/query/session-key.ts';

test.each<[string, string | null, string, string | null]>([
  ['agent:main:main', 'main', 'main', null],
  ['agent:Work:Main', 'work', 'main', null],
  ['agent:main:discord:channel:1465', 'main', 'discord', null],
  ['agent:main:telegram:acct:direct:12', 'main', 'telegram', null],
  ['agent:main:discord:channel:1:thread:9', 'main', 'discord', 'agent:main:discord:channel:1'],
  ['agent:main:cron:daily', 'main', 'cron', null],
  ['agent:main:cron:daily:run:7', 'main', 'cron', 'agent:main:cron:daily'],
  ['agent:main:hook:gh', 'main', 'hook', null],
  // Which session called it, the key does not say.
  ['agent:main:subagent:u1', 'main', 'subagent', null],
  ['agent:main:subagent:u1:subagent:U2', 'main', 'subagent', 'agent:main:subagent:u1'],
  ['agent:main:main:thread:4', 'main', 'main', 'agent:main:main'],
  ['Agent:Main:Main:Thread:4', 'main', 'main', 'Agent:Main:Main'],
  ['cron:daily', null, 'cron', null],
  ['cron:daily:run:1', null, 'cron', 'cron:daily'],
  ['subagent:u1', null, 'subagent', null],
  ['hook:x', null, 'hook', null],
  ['agent:subagent:subagent:u', 'subagent', 'subagent', null],
])('%s', (id, agent, channel, parent) => {
  expect(parseSessionKey(id)).toEqual({ agent, channel, parent });
});

test.each([
  '',
  'sess_1',
  'default',
  'agent',
  'agent:',
  'agent:main',
  'agent::main',
  'agent:main:',
  'cron:',
  'x:agent:a:b',
])('%j is no key', (id) => {
  expect(parseSessionKey(id)).toBeUndefined();
});
