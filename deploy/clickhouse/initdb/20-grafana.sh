#!/bin/sh
# A user for Grafana, who can read the rounds and nothing else. The password reaches ClickHouse as a digest.
set -eu
hash=$(printf %s "$GRAFANA_CLICKHOUSE_PASSWORD" | sha256sum | cut -c1-64)
clickhouse client --user "$CLICKHOUSE_USER" --password "$CLICKHOUSE_PASSWORD" --multiquery <<SQL
CREATE USER IF NOT EXISTS grafana IDENTIFIED WITH sha256_hash BY '$hash' SETTINGS readonly = 2;
GRANT SELECT ON usage.rounds TO grafana;
SQL
