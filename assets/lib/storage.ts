// The reader's choices. If the browser refuses to store them, they are lost when the page is left.

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(`monitor:${key}`, value);
  } catch {
    // Storage is disabled.
  }
}

export function recall(key: string): string | null {
  try {
    return localStorage.getItem(`monitor:${key}`);
  } catch {
    return null;
  }
}
