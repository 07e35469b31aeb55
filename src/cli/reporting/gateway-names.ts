import { cleanLine } from '../../platform/clean-text.ts';
import { NoAnswer } from '../../platform/errors.ts';

/** Whether two names are of the same gateway. */
export function isSameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** That `--gateway` names one that no store has. */
export function unknownGateway(wanted: string, stores: readonly { name: string }[]): NoAnswer {
  const known = [...new Set(stores.map(({ name }) => `'${cleanLine(name)}'`))].join(', ');
  return new NoAnswer(`no store of a gateway '${cleanLine(wanted)}'. The gateways of these stores: ${known}`);
}
