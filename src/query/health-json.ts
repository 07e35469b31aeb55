import { healthOf, type Answers, type FlagName, type Health, type Times } from './health.ts';

// docs/commands.md documents the shapes. They have a version: keys are added, never renamed.

/** How the requests of a row were answered, without the counts that every row of statistics has. */
export function healthJson(row: Answers): HealthJson {
  const health = healthOf(row);
  const { statuses, flags, unflagged, duration, failedDuration, firstToken, speed } = health;
  return {
    failed_share: failedShare(health),
    statuses: { ...statuses },
    response_flags: { ...flags },
    unflagged_rounds: unflagged,
    duration_ms: duration,
    failed_duration_ms: failedDuration,
    first_token_ms: firstToken,
    output_speed: { rounds: speed.rounds, tokens_per_second: speed.tokensPerSecond },
  };
}

/** Of the rounds of which it is known; to four digits. */
function failedShare({ failed, rounds, uncounted }: Health): number | null {
  return rounds === uncounted ? null : Number((failed / (rounds - uncounted)).toPrecision(4));
}

interface HealthJson {
  failed_share: number | null;
  /** `429` is part of `4xx`. */
  statuses: Health['statuses'];
  /** A round can have several. */
  response_flags: Record<FlagName, number>;
  unflagged_rounds: number;
  /** Each with the number of rounds that it is of. */
  duration_ms: Times;
  failed_duration_ms: Times;
  first_token_ms: Times;
  output_speed: { rounds: number; tokens_per_second: number | null };
}
