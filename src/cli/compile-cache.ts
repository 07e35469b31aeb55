import nodeModule from 'node:module';
import { join } from 'node:path';

/**
 * From Node 22 on, compiled code is kept for the next start. Node's own place for it is below /tmp: whoever makes that
 * folder first could put code there, which we would run. So ours is in the user's home, as the system knows it; sudo may
 * leave HOME as it was.
 */
export async function keepCompiledCode(): Promise<void> {
  const { enableCompileCache } = nodeModule as { enableCompileCache?: (folder: string) => void };
  if (!enableCompileCache) return;
  const home = await homeOf();
  if (home !== undefined) enableCompileCache(join(home, '.cache', 'agent-session-monitor'));
}

/** Undefined in a container whose user is a mere number. */
async function homeOf(): Promise<string | undefined> {
  // Not loaded for the usual lines of a crontab.
  const { userInfo } = await import('node:os');
  try {
    return userInfo().homedir;
  } catch {
    return undefined;
  }
}
