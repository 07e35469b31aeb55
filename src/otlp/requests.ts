import manifest from '../../package.json' with { type: 'json' };
import { Attributes, OWN, type KeyValue } from './attributes.ts';
import { SCHEMA_URL } from './conventions.ts';
import type { Span } from './span.ts';

/** Who is said to have sent a span: the gateway of a store. */
export interface Sender {
  store: string;
  gateway: string;
}

/** A request to a collector, or a line of a file: ExportTraceServiceRequest is TracesData by another name. */
export interface SpanRequest {
  json: string;
  spans: number;
}

/** Characters of spans in one request. Collectors take files line by line, and by default no line of 1 MiB. */
const MOST_CHARACTERS = 300_000;
const MOST_SPANS = 512;

/** Puts spans into requests of a bounded size. */
export class SpanRequests {
  readonly #serviceName: string | undefined;
  #sender: Sender | undefined;
  #spans: string[] = [];
  #characters = 0;

  /** `serviceName`: instead of the gateway's name. */
  constructor(serviceName: string | undefined) {
    this.#serviceName = serviceName;
  }

  /** Takes a span; returns a request if there is a whole one. */
  add(sender: Sender, span: Span): SpanRequest | undefined {
    const isOther = this.#sender?.store !== sender.store || this.#sender.gateway !== sender.gateway;
    const text = JSON.stringify(span);
    const isFull =
      this.#characters + text.length > MOST_CHARACTERS || this.#spans.length >= MOST_SPANS || isOther;
    const request = isFull ? this.take() : undefined;
    this.#sender = sender;
    this.#spans.push(text);
    this.#characters += text.length;
    return request;
  }

  /** A request of the spans that are left; undefined if there are none. */
  take(): SpanRequest | undefined {
    const [spans, sender] = [this.#spans, this.#sender];
    if (spans.length === 0 || !sender) return undefined;
    this.#spans = [];
    this.#characters = 0;
    return { json: requestOf(this.#resourceOf(sender), spans), spans: spans.length };
  }

  #resourceOf({ store, gateway }: Sender): KeyValue[] {
    const attributes = new Attributes();
    attributes.text('service.name', this.#serviceName ?? gateway);
    attributes.text('service.instance.id', store);
    attributes.text(`${OWN}.gateway`, gateway);
    return attributes.list;
  }
}

const SCOPE = JSON.stringify({ name: manifest.name, version: manifest.version });

function requestOf(resource: readonly KeyValue[], spans: readonly string[]): string {
  const scopeSpans = `[{"scope":${SCOPE},"spans":[${spans.join(',')}],"schemaUrl":"${SCHEMA_URL}"}]`;
  return `{"resourceSpans":[{"resource":{"attributes":${JSON.stringify(resource)}},"scopeSpans":${scopeSpans},"schemaUrl":"${SCHEMA_URL}"}]}`;
}
