/** How a tool writes a line of a log that it collects. */
export interface Shipper {
  name: string;
  /** Where its format is documented. */
  source: string;
  wrap: (line: string) => string;
  /** The time that it gives for the line: ISO 8601; undefined if that is not complete. */
  time: string | undefined;
}

const POD = 'higress-gateway-7d9c5b6f4-x2x9k';
const json = (value: unknown): string => JSON.stringify(value);
const escapedUnicode = (text: string): string =>
  text.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** One sample of each format that we read. The times differ, so that a test sees which one was used. */
export const SHIPPERS: Shipper[] = [
  {
    name: 'filebeat, file output',
    source: 'https://www.elastic.co/guide/en/beats/filebeat/current/exported-fields-log.html',
    wrap: (line) =>
      json({
        '@timestamp': '2026-03-01T01:00:00.123Z',
        '@metadata': { beat: 'filebeat', type: '_doc', version: '8.12.0' },
        message: line,
        log: { offset: 4711, file: { path: '/var/log/proxy/access.log' } },
        input: { type: 'filestream' },
        ecs: { version: '8.0.0' },
        host: { name: 'node-1' },
        agent: { type: 'filebeat', id: 'a1', name: 'node-1' },
      }),
    time: '2026-03-01T01:00:00.123Z',
  },
  {
    name: 'Logstash 8, which keeps event.original',
    source: 'https://www.elastic.co/guide/en/logstash/current/ecs-ls.html',
    wrap: (line) =>
      json({
        '@timestamp': '2026-03-01T01:00:01.000Z',
        event: { original: line },
        host: { name: 'h' },
        '@version': '1',
        log: { file: { path: '/var/log/a.log' } },
        message: line,
      }),
    time: '2026-03-01T01:00:01.000Z',
  },
  {
    name: 'Logstash 7, path and host next to it',
    source: 'https://www.elastic.co/guide/en/logstash/7.17/plugins-inputs-file.html',
    wrap: (line) =>
      json({
        path: '/var/log/a.log',
        message: line,
        '@version': '1',
        host: 'h',
        '@timestamp': '2026-03-01T01:00:02Z',
      }),
    time: '2026-03-01T01:00:02Z',
  },
  {
    name: "Fluent Bit, Docker's members, the line feed taken off (fluent-bit#2784)",
    source: 'https://github.com/fluent/fluent-bit/issues/2784',
    wrap: (line) => json({ stream: 'stdout', time: '2026-03-01T01:00:03.1Z', log: line }),
    time: '2026-03-01T01:00:03.1Z',
  },
  {
    name: 'Fluent Bit with Kubernetes metadata, Unicode escaped',
    source: 'https://docs.fluentbit.io/manual/pipeline/filters/kubernetes',
    wrap: (line) =>
      escapedUnicode(
        json({
          date: 1_772_326_804.25,
          log: `${line}\n`,
          stream: 'stdout',
          time: '2026-03-01T01:00:04.25Z',
          kubernetes: {
            pod_name: POD,
            namespace_name: 'higress-system',
            labels: { app: 'higress-gateway' },
            docker_id: 'd1',
          },
        }),
      ),
    time: '2026-03-01T01:00:04.25Z',
  },
  {
    name: 'Fluent Bit, Merge_Log with Keep_Log',
    source: 'https://docs.fluentbit.io/manual/pipeline/filters/kubernetes',
    wrap: (line) => json({ date: 1_772_326_805, log_processed: parsed(line), log: line }),
    time: '2026-03-01T01:00:05.000Z',
  },
  {
    name: 'Fluent Bit, out_file: tag, time and record',
    source: 'https://docs.fluentbit.io/manual/output/file',
    wrap: (line) => `kube.var.log.containers.${POD}: [1772326806.500000000, ${json({ log: line })}]`,
    time: '2026-03-01T01:00:06.500Z',
  },
  {
    name: 'fluentd, out_file: time, tag and record between tabs',
    source: 'https://docs.fluentd.org/output/file',
    wrap: (line) =>
      `2026-03-01T09:00:07+08:00\tdocker.higress\t${json({ log: line, container_id: 'c', source: 'stdout' })}`,
    time: '2026-03-01T09:00:07+08:00',
  },
  {
    name: 'Vector, kubernetes_logs',
    source: 'https://vector.dev/docs/reference/configuration/sources/kubernetes_logs/',
    wrap: (line) =>
      json({
        file: `/var/log/pods/higress-system_${POD}_u/higress-gateway/0.log`,
        kubernetes: { container_name: 'higress-gateway', pod_labels: { app: 'g' }, pod_name: POD },
        message: line,
        source_type: 'kubernetes_logs',
        stream: 'stdout',
        timestamp: '2026-03-01T01:00:08.123456789Z',
      }),
    time: '2026-03-01T01:00:08.123456789Z',
  },
  {
    name: 'Loki, logcli --output=jsonl',
    source: 'https://grafana.com/docs/loki/latest/query/logcli/',
    wrap: (line) =>
      json({ labels: { app: 'g', filename: '/a.log' }, line, timestamp: '2026-03-01T01:00:09Z' }),
    time: '2026-03-01T01:00:09Z',
  },
  {
    name: 'Loki, push API and query API',
    source: 'https://grafana.com/docs/loki/latest/reference/loki-http-api/',
    wrap: (line) => json({ streams: [{ stream: { app: 'g' }, values: [['1772326810123456789', line]] }] }),
    time: '2026-03-01T01:00:10.123Z',
  },
  {
    name: 'Loki, an older push: entries with ts and line',
    source: 'https://github.com/grafana/loki/blob/v0.1.0/docs/api.md',
    wrap: (line) =>
      json({ streams: [{ labels: '{app="g"}', entries: [{ ts: '2026-03-01T01:00:11Z', line }] }] }),
    time: '2026-03-01T01:00:11Z',
  },
  {
    name: 'OpenTelemetry collector, file exporter',
    source: 'https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/',
    wrap: (line) =>
      json({
        resourceLogs: [
          {
            resource: { attributes: [{ key: 'k8s.pod.name', value: { stringValue: POD } }] },
            scopeLogs: [
              {
                scope: {},
                logRecords: [
                  {
                    observedTimeUnixNano: '1772326899000000000',
                    timeUnixNano: '1772326812000000000',
                    body: { stringValue: line },
                    attributes: [
                      { key: 'log.file.name', value: { stringValue: '0.log' } },
                      { key: 'log.record.original', value: { stringValue: line } },
                    ],
                    traceId: '',
                    spanId: '',
                  },
                ],
              },
            ],
          },
        ],
      }),
    time: '2026-03-01T01:00:12.000Z',
  },
  {
    name: 'OpenTelemetry collector, the body parsed into members',
    source: 'https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/',
    wrap: (line) => {
      const record = parsed(line);
      const members = Object.entries(record && 'ai_log' in record ? record : {});
      const values = members.map(([key, stringValue]) => ({ key, value: { stringValue } }));
      const body = values.length > 0 ? { kvlistValue: { values } } : { stringValue: line };
      return json({
        resourceLogs: [{ scopeLogs: [{ logRecords: [{ timeUnixNano: '1772326812500000000', body }] }] }],
      });
    },
    time: '2026-03-01T01:00:12.500Z',
  },
  {
    name: 'journalctl -o json',
    source: 'https://systemd.io/JOURNAL_EXPORT_FORMATS/',
    wrap: (line) =>
      json({
        __CURSOR: 's=1',
        __REALTIME_TIMESTAMP: '1772326813123456',
        _SYSTEMD_UNIT: 'docker.service',
        MESSAGE: line,
      }),
    time: '2026-03-01T01:00:13.123Z',
  },
  {
    name: 'journalctl -o json, a message that is not all printable',
    source: 'https://systemd.io/JOURNAL_EXPORT_FORMATS/',
    wrap: (line) =>
      json({ MESSAGE: [...Buffer.from(line)], __REALTIME_TIMESTAMP: '1772326814000000', _PID: '1' }),
    time: '2026-03-01T01:00:14.000Z',
  },
  {
    name: 'Alibaba Cloud SLS, one field content',
    source: 'https://www.alibabacloud.com/help/en/sls/user-guide/ship-log-data-to-oss',
    wrap: (line) =>
      json({
        __time__: 1_772_326_815,
        __topic__: '',
        __source__: '10.0.0.1',
        '__tag__:__path__': '/a.log',
        content: line,
      }),
    time: '2026-03-01T01:00:15.000Z',
  },
  {
    name: 'Alibaba Cloud SLS, from a container',
    source: 'https://www.alibabacloud.com/help/en/sls/user-guide/collect-container-logs',
    wrap: (line) =>
      json({ _source_: 'stdout', _time_: '2026-03-01T01:00:16.5Z', _pod_name_: POD, content: line }),
    time: '2026-03-01T01:00:16.5Z',
  },
  {
    name: 'Google Cloud Logging',
    source: 'https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry',
    wrap: (line) =>
      json({
        insertId: 'i',
        resource: { type: 'k8s_container' },
        textPayload: line,
        timestamp: '2026-03-01T01:00:17Z',
      }),
    time: '2026-03-01T01:00:17Z',
  },
  {
    name: 'an Elasticsearch export, one hit a line',
    source: 'https://github.com/elasticsearch-dump/elasticsearch-dump',
    wrap: (line) =>
      json({
        _index: 'logs',
        _id: '1',
        _score: 1,
        _source: { '@timestamp': '2026-03-01T01:00:18Z', message: line },
      }),
    time: '2026-03-01T01:00:18Z',
  },
  {
    name: 'Docker driver fluentd',
    source: 'https://docs.docker.com/engine/logging/drivers/fluentd/',
    wrap: (line) => json({ container_id: 'c', container_name: '/higress', source: 'stdout', log: line }),
    time: undefined,
  },
  {
    name: 'a member of any other name',
    source: 'the issue: a JSON line without ai_log whose one string field is an access line',
    wrap: (line) => json({ when: 'today', raw_line: line, n: 1 }),
    time: undefined,
  },
  {
    name: 'docker compose logs',
    source: 'https://docs.docker.com/reference/cli/docker/compose/logs/',
    wrap: (line) => `higress-1  | ${line}`,
    time: undefined,
  },
  {
    name: 'docker compose logs, in colour, with times',
    source: 'https://docs.docker.com/reference/cli/docker/compose/logs/',
    wrap: (line) => `\x1b[36mhigress-1  | \x1b[0m2026-03-01T01:00:19.123456789Z ${line}`,
    time: '2026-03-01T01:00:19.123456789Z',
  },
  {
    name: 'docker logs -t, kubectl logs --timestamps',
    source: 'https://kubernetes.io/docs/reference/kubectl/generated/kubectl_logs/',
    wrap: (line) => `2026-03-01T01:00:20.5Z ${line}`,
    time: '2026-03-01T01:00:20.5Z',
  },
  {
    name: 'kubectl logs --prefix',
    source: 'https://kubernetes.io/docs/reference/kubectl/generated/kubectl_logs/',
    wrap: (line) => `[pod/${POD}/higress-gateway] ${line}`,
    time: undefined,
  },
  {
    name: 'kubectl logs --prefix --timestamps',
    source: 'https://kubernetes.io/docs/reference/kubectl/generated/kubectl_logs/',
    wrap: (line) => `[pod/${POD}/higress-gateway] 2026-03-01T01:00:21Z ${line}`,
    time: '2026-03-01T01:00:21Z',
  },
  {
    name: 'stern',
    source: 'https://github.com/stern/stern#readme',
    wrap: (line) => `${POD} higress-gateway ${line}`,
    time: undefined,
  },
  {
    name: 'docker-compose 1 logs, in colour',
    source: 'https://github.com/docker/compose/blob/1.29.2/compose/cli/log_printer.py',
    wrap: (line) => `\x1b[36mhigress_1    |\x1b[0m ${line}`,
    time: undefined,
  },
  {
    name: 'stern --all-namespaces',
    source: 'https://github.com/stern/stern/blob/master/cmd/cmd.go',
    wrap: (line) => `higress-system ${POD} higress-gateway ${line}`,
    time: undefined,
  },
  {
    name: 'journalctl -o short-precise',
    source: 'https://www.freedesktop.org/software/systemd/man/latest/journalctl.html',
    wrap: (line) => `Mar 01 01:00:22.123456 gateway-1 envoy[123]: ${line}`,
    time: undefined,
  },
  {
    name: 'stern --output json',
    source: 'https://github.com/stern/stern#readme',
    wrap: (line) =>
      json({
        message: line,
        nodeName: 'n',
        namespace: 'higress-system',
        podName: POD,
        containerName: 'higress-gateway',
      }),
    time: undefined,
  },
  {
    name: "rsyslog's traditional file format",
    source: 'https://www.rsyslog.com/doc/configuration/templates.html',
    wrap: (line) => `Mar  1 01:00:22 gateway-1 envoy[123]: ${line}`,
    time: undefined,
  },
  {
    name: "rsyslog's file format with times in full",
    source: 'https://www.rsyslog.com/doc/configuration/templates.html',
    wrap: (line) => `2026-03-01T09:00:23.123456+08:00 gateway-1 higress: ${line}`,
    time: '2026-03-01T09:00:23.123456+08:00',
  },
  {
    name: 'RFC 3164, with the priority',
    source: 'https://www.rfc-editor.org/rfc/rfc3164',
    wrap: (line) => `<134>Mar 11 01:00:24 gateway-1 higress/envoy[1]: ${line}`,
    time: undefined,
  },
  {
    name: 'RFC 5424',
    source: 'https://www.rfc-editor.org/rfc/rfc5424',
    wrap: (line) => `<134>1 2026-03-01T01:00:25.003Z gateway-1 higress 123 access [meta@1 seq="7"] ${line}`,
    time: '2026-03-01T01:00:25.003Z',
  },
  {
    name: 'journalctl -o short-iso',
    source: 'https://www.freedesktop.org/software/systemd/man/latest/journalctl.html',
    wrap: (line) => `2026-03-01T01:00:26+0000 gateway-1 envoy[123]: ${line}`,
    time: '2026-03-01T01:00:26+0000',
  },
];

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
