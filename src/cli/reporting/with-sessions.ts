import type { Snapshot } from '../../store/read.ts';

/** The snapshot with other sessions. `closed` is still read only when asked for. */
export function withSessions(
  snapshot: Snapshot,
  change: (sessions: Snapshot['sessions']) => Snapshot['sessions'],
): Snapshot {
  const { dir, priceLines, noContent, state } = snapshot;
  return {
    dir,
    priceLines,
    noContent,
    state,
    sessions: change(snapshot.sessions),
    get closed() {
      return snapshot.closed;
    },
    close: () => snapshot.close(),
  };
}
