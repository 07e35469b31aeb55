import { Attributes, OWN, type KeyValue } from './attributes.ts';
import { JSON_ENCODING, type Encoding } from './encoding.ts';
import type { Span } from './span.ts';

/** Who is said to have sent a span: the gateway of a store. */
interface Sender {
  store: string;
  gateway: string;
}

/** Bytes of spans in one request. Collectors take files line by line, and by default no line of 1 MiB. */
const MOST_BYTES = 900_000;
const MOST_SPANS = 512;

/** Spans of one resource. */
export class SpanRequest {
  readonly #encoding: Encoding;
  readonly #resource: readonly KeyValue[];
  readonly #spans: readonly Buffer[];

  constructor(encoding: Encoding, resource: readonly KeyValue[], spans: readonly Buffer[]) {
    this.#encoding = encoding;
    this.#resource = resource;
    this.#spans = spans;
  }

  get spans(): number {
    return this.#spans.length;
  }

  get contentType(): string {
    return this.#encoding.contentType;
  }

  get bytes(): Buffer {
    return this.#encoding.request(this.#resource, this.#spans);
  }

  /** Bytes of its spans. */
  get size(): number {
    return this.#spans.reduce((sum, { length }) => sum + length, 0);
  }

  /** The same spans in two requests. */
  halves(): SpanRequest[] {
    const middle = Math.ceil(this.#spans.length / 2);
    return [this.#spans.slice(0, middle), this.#spans.slice(middle)].map(
      (spans) => new SpanRequest(this.#encoding, this.#resource, spans),
    );
  }
}

/** Puts spans into requests of a bounded size. */
export class SpanRequests {
  readonly #serviceName: string | undefined;
  readonly #encoding: Encoding;
  #sender: Sender | undefined;
  #spans: Buffer[] = [];
  #bytes = 0;

  /** `serviceName`: instead of the gateway's name. */
  constructor(serviceName: string | undefined, encoding: Encoding = JSON_ENCODING) {
    this.#serviceName = serviceName;
    this.#encoding = encoding;
  }

  /** Takes a span; returns a request of those before it if that is a whole one. */
  add(sender: Sender, span: Span): SpanRequest | undefined {
    const isOther = this.#sender?.store !== sender.store || this.#sender.gateway !== sender.gateway;
    const bytes = this.#encoding.span(span);
    const isFull = isOther || this.#bytes + bytes.length > MOST_BYTES || this.#spans.length >= MOST_SPANS;
    const request = isFull ? this.take() : undefined;
    this.#sender = sender;
    this.#spans.push(bytes);
    this.#bytes += bytes.length;
    return request;
  }

  /** A request of the spans that are left; undefined if there are none. */
  take(): SpanRequest | undefined {
    const [spans, sender] = [this.#spans, this.#sender];
    if (spans.length === 0 || !sender) return undefined;
    this.#spans = [];
    this.#bytes = 0;
    return new SpanRequest(this.#encoding, this.#resourceOf(sender), spans);
  }

  #resourceOf({ store, gateway }: Sender): KeyValue[] {
    const attributes = new Attributes();
    attributes.text('service.name', this.#serviceName ?? gateway);
    attributes.text('service.instance.id', store);
    attributes.text(`${OWN}.gateway`, gateway);
    return attributes.list;
  }
}
