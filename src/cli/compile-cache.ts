import nodeModule from 'node:module';
import { userInfo } from 'node:os';
import { join } from 'node:path';

/**
 * From Node 22 on, compiled code is kept for the next start. Node's own place for it is below /tmp: whoever makes that
 * folder first could put code there, which we would run. So ours is in the user's home, as the system knows it; sudo may
 * leave HOME as it was.
 */
export function keepCompiledCode(): void {
  const { enableCompileCache } = nodeModule as { enableCompileCache?: (folder: string) => void };
  const home = enableCompileCache && homeOf();
  if (home !== undefined) enableCompileCache?.(join(home, '.cache', 'agent-session-monitor'));
}

/** Undefined in a container whose user is a mere number. */
function homeOf(): string | undefined {
  try {
    return userInfo().homedir;
  } catch {
    return undefined;
  }
}
