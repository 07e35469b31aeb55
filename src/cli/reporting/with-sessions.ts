import type { Snapshot } from '../../store/read.ts';

/** The snapshot with other sessions. `closed` is still read only when asked for. */
export function withSessions(
  snapshot: Snapshot,
  change: (sessions: Snapshot['sessions']) => Snapshot['sessions'],
): Snapshot {
  const sessions = change(snapshot.sessions);
  return Object.create(snapshot, { sessions: { value: sessions, enumerable: true } }) as Snapshot;
}
