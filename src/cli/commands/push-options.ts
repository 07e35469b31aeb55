import type { PushOutput } from './push-output.ts';

/** The options of `push`, whatever is pushed to. */
export interface PushOptions extends PushOutput {
  dataDir: string;
  url?: string;
  withContent?: true;
  again?: true;
  retries: number;
  timeout: number;
  /** ClickHouse only. */
  database?: string;
  table?: string;
  create?: true;
  /** True: for the server. */
  printDdl?: string | true;
  /** OpenTelemetry only. */
  protocol?: Protocol;
}

export const PROTOCOLS = ['http/json', 'http/protobuf'] as const;
type Protocol = (typeof PROTOCOLS)[number];
