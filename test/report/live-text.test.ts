import { describe, expect, test } from 'vitest';
import { liveLines, redraw, type LiveReport } from '../../src/report/live-text.ts';
import { cell, screen, session } from './make.ts';
import { TerminalScreen } from './terminal-screen.ts';

const REPORT: LiveReport = {
  rounds: 3,
  rejectedLines: 0,
  began: '09:00:00',
  now: '09:30:15',
  notes: [],
  isOver: false,
};

/** Sessions that were updated one after the other. */
function sessions(count: number) {
  return Array.from({ length: count }, (_, i) =>
    session(`session-${i}`, [
      cell(`2026-02-01T${String(i % 24).padStart(2, '0')}:00:00Z`, 'm', { input: 1000 }),
    ]),
  );
}

test('the store, and under it what the watch has seen', () => {
  expect(liveLines({ ...REPORT, rejectedLines: 2 }, sessions(1), screen(60), 40).join('\n')).toBe(
    `🔍 Session Monitor
━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━

📊 Active Sessions: 1

Session ID  Messages  Input Tokens  Output Tokens
─────────────────────────────────────────────────
session-0          1         1,000              0

📈 Token Statistics
  Total Input:      1,000 tokens
  Total Output:         0 tokens
  Total Reasoning:      0 tokens
  Total Cached:         0 tokens
  Total Cost:       $0.000000

━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
09:30:15  3 rounds stored since 09:00:00, 2 rejected lines…`,
  );
});

test('notes stand last, in one clean line each; an end is said', () => {
  const report = { ...REPORT, notes: ['a\u001b[2Jb\nc'], isOver: true };
  const lines = liveLines(report, [], screen(80), 40);
  expect(lines.slice(-2)).toEqual(['09:30:15  stopped: 3 rounds stored since 09:00:00', '! ab c']);
});

describe('a low terminal', () => {
  test.each([
    [11, 28, 10],
    [11, 27, 9],
    [11, 21, 3],
    [10, 27, 10],
    [10, 26, 8],
    [4, 20, 2],
  ])('%i sessions in %i lines: the latest %i are listed', (count, height, listed) => {
    const lines = liveLines(REPORT, sessions(count), screen(80), height);
    const ids = lines.filter((line) => line.startsWith('session-'));
    expect(ids).toHaveLength(listed);
    expect(ids[0]).toContain(`session-${count - 1} `);
    expect(lines.length).toBe(height);
    expect(lines[0]).toBe('🔍 Session Monitor');
  });

  test('one that has no room for a session shows the last lines', () => {
    const lines = liveLines(REPORT, sessions(4), screen(80), 5);
    expect(lines).toHaveLength(5);
    expect(lines.at(-1)).toMatch(/^09:30:15 {2}3 rounds/);
  });
});

describe('redraw', () => {
  test('leaves nothing of what was drawn before, longer or shorter', () => {
    const terminal = new TerminalScreen(20);
    let drawn: string[] = [];
    terminal.write('$ monitor watch\n');
    for (const next of [['one', 'two', 'three'], ['1'], [], ['a'.repeat(20), 'b']]) {
      terminal.write(redraw(drawn, next, 20));
      drawn = next;
      expect(terminal.shown).toBe(['$ monitor watch', ...next].join('\n'));
    }
  });

  test('goes up over lines that a narrower terminal has broken, coloured ones too', () => {
    const [coloured, wide] = [`\u001b[1m${'x'.repeat(10)}\u001b[22m`, '日'.repeat(6)];
    expect(redraw(['x'.repeat(11), '', wide, coloured], [], 10)).toBe('\r\u001b[6A\u001b[J');
  });

  test('at first moves nowhere', () => {
    expect(redraw([], ['x'], 80)).toBe('\r\u001b[2Kx\n\u001b[J');
  });
});
