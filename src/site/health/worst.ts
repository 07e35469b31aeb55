import { exact } from '../../platform/count-text.ts';
import { healthOf, type Health } from '../../query/health.ts';
import { duration, percent } from '../format.ts';
import { DAYS_BEFORE, type HealthRows } from './health-sums.ts';
import { modelText } from './model-text.ts';

/** A part of a sentence; a name from a log is set apart. */
export interface Words {
  text: string;
  isName: boolean;
}

interface Model {
  /** As it is shown. */
  name: string;
  now: Health;
  before: Health | undefined;
}

/** A percentile of fewer requests says little: models with more come first. */
const ENOUGH = 5;

const BEFORE = `in the ${DAYS_BEFORE} days before`;

/** What is worst today, with its numbers: the slowest model, and the one of which most requests failed. */
export function worstToday(today: HealthRows, before: HealthRows): Words[] {
  const models = Array.from(today, ([name, row]): Model => {
    const earlier = before.get(name);
    return { name: modelText(name, row), now: healthOf(row), before: earlier && healthOf(earlier) };
  });
  if (models.length === 0) return [text('No requests today.')];
  const [slow, failed] = [slowest(models), mostFailed(models)];
  return [...slow, ...(slow.length > 0 && failed.length > 0 ? [text(' ')] : []), ...failed];
}

function slowest(models: readonly Model[]): Words[] {
  const timed = models.filter(({ now }) => now.duration.p90 !== null);
  const enough = timed.filter(({ now }) => now.duration.rounds >= ENOUGH);
  const worst = most(enough.length > 0 ? enough : timed, ({ now }) => now.duration.p90 ?? 0);
  if (!worst) return [];
  const { name, now, before } = worst;
  const p90 = before?.duration.p90 ?? null;
  const earlier =
    p90 !== null ? ` against ${duration(p90)} ${BEFORE}` : before ? '' : `; it was not used ${BEFORE}`;
  return [
    text(models.length === 1 ? 'The only model today is ' : 'The slowest model today is '),
    named(name),
    text(`: p90 ${duration(now.duration.p90 ?? 0)}${earlier}.`),
  ];
}

function mostFailed(models: readonly Model[]): Words[] {
  const worst = most(models, ({ now }) => now.failed);
  if (!worst || worst.now.failed === 0)
    return models.every(({ now }) => now.uncounted === 0) ? [text('No request failed today.')] : [];
  const { name, now, before } = worst;
  return [
    text('Most failures: '),
    named(name),
    text(
      `, ${exact(now.failed)} of ${exact(known(now))} (${percent(now.failed, known(now))})` +
        `${before && known(before) > 0 ? ` against ${percent(before.failed, known(before))} ${BEFORE}` : ''}.`,
    ),
  ];
}

/** Requests of which it is known whether they failed. */
function known({ rounds, uncounted }: Health): number {
  return rounds - uncounted;
}

/** The one with the most; of equal ones, the first by name. */
function most(models: readonly Model[], valueOf: (model: Model) => number): Model | undefined {
  return models.toSorted((a, b) => valueOf(b) - valueOf(a) || (a.name < b.name ? -1 : 1))[0];
}

function text(words: string): Words {
  return { text: words, isName: false };
}

function named(name: string): Words {
  return { text: name, isName: true };
}
