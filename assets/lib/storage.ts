// What the reader chose. A browser may refuse to keep it: then it holds until the page is left.

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(`monitor:${key}`, value);
  } catch {
    // Storage is switched off.
  }
}

export function recall(key: string): string | null {
  try {
    return localStorage.getItem(`monitor:${key}`);
  } catch {
    return null;
  }
}
