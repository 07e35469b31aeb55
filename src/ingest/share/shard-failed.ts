/** A worker could not do its part. What was not committed is read again, by one thread. */
export class ShardFailed extends Error {
  /** A line is of another session than it seemed: that says nothing about this machine. */
  readonly isMisled: boolean;

  constructor(message: string, isMisled = false) {
    super(message);
    this.isMisled = isMisled;
  }
}
