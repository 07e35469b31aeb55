import { NoAnswer } from '../../platform/errors.ts';
import { plural } from '../../platform/count-text.ts';
import { parseAddress } from '../../clickhouse/source/address.ts';
import { connect, credentialsOf } from '../../clickhouse/source/connection.ts';
import { engineSnapshot } from '../../clickhouse/source/engine-snapshot.ts';
import { PushedTable, type PushedStore } from '../../clickhouse/source/pushed-table.ts';
import type { FetchingSnapshot } from '../../query/fetched.ts';
import type { Context } from '../context.ts';
import { isSameName, unknownGateway } from './gateway-names.ts';

/** Connects to the table at an address. Throws NoAnswer if nothing was pushed to it. */
export async function readEngine(
  context: Pick<Context, 'warn' | 'env'>,
  source: string,
  gateways: readonly string[] | undefined,
): Promise<FetchingSnapshot> {
  const address = parseAddress(source);
  const table = await PushedTable.open(connect(address, credentialsOf(context.env)), address);
  const all = await table.stores();
  if (all.length === 0)
    throw new NoAnswer(
      `${address.shown} has no rounds yet. Send those of a store with monitor push clickhouse`,
    );
  const stores = gateways ? ofGateways(all, gateways) : all;
  const unsure = await table.unsureRounds(stores);
  if (unsure > 0)
    context.warn(
      `monitor: ${plural(unsure, 'round')} of sessions that several of these stores have may count twice: they were pruned before they were pushed\n`,
    );
  return await engineSnapshot(table, stores);
}

function ofGateways(stores: readonly PushedStore[], wanted: readonly string[]): PushedStore[] {
  const unknown = wanted.find((one) => !stores.some(({ gateway }) => isSameName(gateway, one)));
  if (unknown !== undefined)
    throw unknownGateway(
      unknown,
      stores.map(({ gateway }) => ({ name: gateway })),
    );
  return stores.filter(({ gateway }) => wanted.some((one) => isSameName(gateway, one)));
}
