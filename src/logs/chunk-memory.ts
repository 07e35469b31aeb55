/** Memory for the bytes of a log. */
export interface ChunkMemory {
  /** At least `length` bytes, which nobody uses. They are in use from now on, at least until the next call. */
  take(length: number): Buffer;
}
