import { expect, test } from 'vitest';
import { logged, page, terminal } from './look.ts';

// The logs of fixtures/view, each made after a report on another viewer of conversations.

test.each([
  'subs2',
  'dup-in-one',
  'min-claude-thinking',
  'min-refusal',
  'min-custom-call',
  'min-code-plain',
  'min-reasoning-gist',
  'multimodal',
  'min-unicode-args',
  'tools',
  'claude-tools',
])('%s', (name) => {
  const said = logged(name);
  expect({ page: page(said), terminal: terminal(said) }).toMatchSnapshot();
});
