// In place of Node's Buffer: what the code needs of it that reads conversations.

class Bytes {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** Latin-1 only. */
  toString(_encoding: string, from: number, to: number): string {
    return String.fromCharCode(...this.#bytes.subarray(from, to));
  }

  readUInt32LE(at: number): number {
    return new DataView(this.#bytes.buffer).getUint32(at, true);
  }
}

const encoder = new TextEncoder();

export const Buffer = {
  byteLength: (text: string): number => encoder.encode(text).length,

  /** Like Node's, it skips what is no base64. */
  from(text: string): Bytes {
    const plain = text
      .replaceAll('-', '+')
      .replaceAll('_', '/')
      .replaceAll(/[^A-Za-z0-9+/]/g, '');
    const whole = plain.slice(0, plain.length % 4 === 1 ? -1 : undefined);
    return new Bytes(Uint8Array.from(atob(whole), (character) => character.charCodeAt(0)));
  },
};
