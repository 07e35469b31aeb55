/** What a link to another site says of itself. */
export const LINK = 'rel="noopener nofollow noreferrer"';

/** Whether a text may have an address that becomes a link: each has these characters. */
export function mayHoldLink(text: string): boolean {
  return text.includes('//') || (text.includes('@') && text.includes(':'));
}
