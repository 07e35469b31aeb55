import { exactDecimal } from '../../pricing/money.ts';
import type { Meter } from '../../pricing/charges.ts';
import type { Snapshot } from '../../store/read.ts';
import { csvText, textCell, type Cell } from './csv.ts';
import { focusCharges, type FocusCharge } from './focus-charges.ts';
import type { RoundQuery } from './rounds.ts';

// The FinOps Open Cost and Usage Specification; docs/export.md has the mapping.

export type FocusVersion = '1.2' | '1.3' | '1.4';

/** Who is billed, which a log cannot say. */
export interface BillingAccount {
  id: string;
  name: string | null;
  type: string;
}

/** A FOCUS data set as CSV, with the gateways if they are asked for, piece by piece. At an empty piece, the export can be interrupted. */
export function* focusCsv(
  snapshot: Snapshot,
  query: RoundQuery,
  options: { version: FocusVersion; account: BillingAccount; withGateway: boolean },
): Generator<string> {
  const columns = COLUMNS.filter(
    ([name, , since, until]) =>
      since <= options.version && options.version <= until && (name !== GATEWAY || options.withGateway),
  );
  const charges = focusCharges(snapshot, query);
  let step = charges.next();
  for (; !step.done; step = charges.next()) yield '';
  const rows = step.value.map((charge) => rowOf(charge, options.account));
  yield* csvText(
    columns.map(([name]) => name),
    rows.map((row) => columns.map(([, cell]) => cell(row))),
  );
}

/** A charge with what several columns need. Null: no known price. */
interface FocusRow extends FocusCharge {
  account: BillingAccount;
  meterName: string;
  sku: string | null;
  /** In the billing currency. */
  cost: Cell;
  unitPrice: Cell;
  /** In the currency of the price. */
  ownCost: Cell;
  ownUnitPrice: Cell;
}

interface MeterFacts {
  name: string;
  /** For x_TokenType; null: not tokens. */
  tokens: string | null;
  consumedUnit: string;
  pricingUnit: string;
  /** How many zeros the pricing unit has. */
  zeros: number;
}

const tokenMeter = (name: string, tokens: string): MeterFacts => ({
  name,
  tokens,
  consumedUnit: 'Tokens',
  pricingUnit: '1000000 Tokens',
  zeros: 6,
});

const eventMeter = (name: string): MeterFacts => ({
  name,
  tokens: null,
  consumedUnit: name,
  pricingUnit: `1000 ${name}`,
  zeros: 3,
});

const METERS: Readonly<Record<Meter, MeterFacts>> = {
  input: tokenMeter('Input Tokens', 'Input'),
  'input-audio': tokenMeter('Audio Input Tokens', 'Audio Input'),
  'input-image': tokenMeter('Image Input Tokens', 'Image Input'),
  'cache-read': tokenMeter('Cache Read Input Tokens', 'Cache Read Input'),
  'cache-read-audio': tokenMeter('Cache Read Audio Input Tokens', 'Cache Read Audio Input'),
  'cache-read-image': tokenMeter('Cache Read Image Input Tokens', 'Cache Read Image Input'),
  'cache-write': tokenMeter('Cache Write Input Tokens', 'Cache Write Input'),
  'cache-write-1h': tokenMeter('1 Hour Cache Write Input Tokens', '1 Hour Cache Write Input'),
  output: tokenMeter('Output Tokens', 'Output'),
  'output-audio': tokenMeter('Audio Output Tokens', 'Audio Output'),
  'output-image': tokenMeter('Image Output Tokens', 'Image Output'),
  request: eventMeter('Requests'),
  search: eventMeter('Searches'),
};

function rowOf(charge: FocusCharge, account: BillingAccount): FocusRow {
  const { each, quantity, meter, model, billed } = charge;
  const ownUnitPrice = each === null ? null : decimal(each, 18 - METERS[meter].zeros);
  return {
    ...charge,
    account,
    meterName: METERS[meter].name,
    sku: each === null ? null : `${model}-${meter}`,
    cost: decimal(billed ? billed.cost : (each ?? 0n) * quantity, 18),
    unitPrice: billed ? billedUnitPrice(charge, billed.cost) : ownUnitPrice,
    ownCost: decimal((each ?? 0n) * quantity, 18),
    ownUnitPrice,
  };
}

/** What a pricing unit cost, rounded to 10⁻¹⁸: some rates have more decimals. */
function billedUnitPrice({ each, quantity, meter }: FocusCharge, cost: bigint): Cell {
  return each === null ? null : decimal((cost * 10n ** BigInt(METERS[meter].zeros)) / quantity, 18);
}

/** An exact decimal, always with a point, by which readers tell decimals from integers. */
function decimal(value: bigint, places: number): Cell {
  const text = exactDecimal(value, places);
  return { decimal: text.includes('.') ? text : `${text}.0` };
}

const priced = <T>(row: FocusRow, value: T): T | null => (row.each === null ? null : value);
/** A JSON object of the values that are not empty, without characters that would reorder the text around them. */
function keyValues(entries: [key: string, value: string | null][]): string {
  const json = JSON.stringify(
    Object.fromEntries(entries.filter(([, value]) => value !== null && value !== '')),
  );
  return json.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (mark) =>
    Array.from({ length: mark.length }, (_, i) => {
      return `\\u${mark.charCodeAt(i).toString(16).padStart(4, '0')}`;
    }).join(''),
  );
}

type Column = readonly [
  name: string,
  cell: (row: FocusRow) => Cell,
  since: FocusVersion,
  until: FocusVersion,
];

const always = (name: string, cell: (row: FocusRow) => Cell): Column => [name, cell, '1.2', '1.4'];
const cost = ({ cost }: FocusRow): Cell => cost;
const unitPrice = ({ unitPrice }: FocusRow): Cell => unitPrice;
const ownCost = ({ ownCost }: FocusRow): Cell => ownCost;
const ownUnitPrice = ({ ownUnitPrice }: FocusRow): Cell => ownUnitPrice;
const provider = ({ provider }: FocusRow): Cell => textCell(provider);
const consumer = ({ consumer }: FocusRow): Cell => textCell(consumer);
const nothing = (): Cell => null;

const GATEWAY = 'x_Gateway';

/** In alphabetical order; columns that are not in the specification come last. */
const COLUMNS: readonly Column[] = [
  always('BilledCost', cost),
  always('BillingAccountId', ({ account }) => textCell(account.id)),
  always('BillingAccountName', ({ account }) => textCell(account.name)),
  always('BillingAccountType', ({ account }) => textCell(account.type)),
  always('BillingCurrency', ({ currency, billed }) => textCell(billed?.currency ?? currency)),
  always('BillingPeriodEnd', ({ day }) => monthStart(day, 1)),
  always('BillingPeriodStart', ({ day }) => monthStart(day, 0)),
  always('ChargeCategory', () => 'Usage'),
  always('ChargeClass', nothing),
  always('ChargeDescription', ({ meterName, model }) => textCell(`${meterName} for ${model}`)),
  always('ChargeFrequency', () => 'Usage-Based'),
  always('ChargePeriodEnd', ({ day }) => instant(Date.parse(day) + DAY_MS)),
  always('ChargePeriodStart', ({ day }) => instant(Date.parse(day))),
  always('CommitmentDiscountStatus', nothing),
  always('ConsumedQuantity', (row) => priced(row, decimal(row.quantity, 0))),
  always('ConsumedUnit', (row) => priced(row, METERS[row.meter].consumedUnit)),
  always('ContractedCost', cost),
  always('ContractedUnitPrice', unitPrice),
  always('EffectiveCost', cost),
  ['HostProviderName', provider, '1.3', '1.4'],
  always('InvoiceId', nothing),
  always('InvoiceIssuerName', provider),
  always('ListCost', cost),
  always('ListUnitPrice', unitPrice),
  always('PricingCategory', () => 'Standard'),
  always('PricingCurrency', ({ currency }) => textCell(currency)),
  always('PricingCurrencyContractedUnitPrice', ownUnitPrice),
  always('PricingCurrencyEffectiveCost', ownCost),
  always('PricingCurrencyListUnitPrice', ownUnitPrice),
  always('PricingQuantity', (row) => priced(row, decimal(row.quantity, METERS[row.meter].zeros))),
  always('PricingUnit', (row) => priced(row, METERS[row.meter].pricingUnit)),
  ['ProviderName', provider, '1.2', '1.3'],
  ['PublisherName', provider, '1.2', '1.3'],
  always('ServiceCategory', () => 'AI and Machine Learning'),
  always('ServiceName', ({ provider }) => textCell(`${provider} LLM API`)),
  ['ServiceProviderName', provider, '1.3', '1.4'],
  always('ServiceSubcategory', () => 'Generative AI'),
  always('SkuId', ({ sku }) => textCell(sku)),
  always('SkuMeter', (row) => priced(row, row.meterName)),
  always('SkuPriceDetails', (row) =>
    priced(
      row,
      keyValues([
        ['x_ModelId', row.model],
        ['x_TokenType', METERS[row.meter].tokens],
      ]),
    ),
  ),
  always('SkuPriceId', ({ sku }) => textCell(sku === null ? null : `${sku}-standard`)),
  always('SubAccountId', consumer),
  always('SubAccountName', consumer),
  always('SubAccountType', ({ consumer }) => (consumer === '' ? null : 'Consumer')),
  always('Tags', ({ consumer, api }) =>
    keyValues([
      ['consumer', consumer],
      ['route', api],
    ]),
  ),
  always('x_ConsumedTokens', ({ meter, quantity }) =>
    METERS[meter].tokens === null ? null : decimal(quantity, 0),
  ),
  always('x_Consumer', consumer),
  always('x_CostBound', ({ bound }) => bound),
  always(GATEWAY, ({ gateway }) => textCell(gateway)),
  always('x_Model', ({ model }) => textCell(model)),
  always('x_RoundCount', ({ rounds }) => rounds),
  always('x_Route', ({ api }) => textCell(api)),
  always('x_TokenType', ({ meter }) => METERS[meter].tokens),
  always('x_Unpriced', ({ each }) => String(each === null)),
];

const DAY_MS = 86_400_000;

/** The first instant in UTC of the day's month, or of one `later`. */
function monthStart(day: string, later: number): string {
  return instant(Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)) - 1 + later, 1));
}

function instant(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}
