import { homedir } from 'node:os';

/** The user's home, or `/` if the system knows none: a container's user may be a mere number, and have no HOME. */
export function homeFolder(): string {
  try {
    return homedir();
  } catch {
    return '/';
  }
}
