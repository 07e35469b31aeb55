import { COMMAND_LINES } from './find/commands.ts';
import { COOKIES } from './find/cookies.ts';
import { cutOff } from './find/cut-off.ts';
import { NAMED } from './find/named.ts';
import { CARD, CN_ID, EMAIL, PHONE } from './find/personal.ts';
import { PRIVATE_KEYS } from './find/private-keys.ts';
import { URL_PASSWORDS, URL_SIGNATURES } from './find/urls.ts';
import { CHAT } from './formats/chat.ts';
import { CLOUD } from './formats/cloud.ts';
import { MODELS } from './formats/models.ts';
import { OTHER } from './formats/other.ts';
import { inRuns } from './formats/runs.ts';
import { SERVICES } from './formats/services.ts';
import { REDACT_KINDS, type PatternDraft, type RedactKind } from './pattern.ts';

// Every quantifier is bounded, or can only start where a run of its characters starts. So matching takes linear time,
// whatever a client writes (test/redact/redact-speed.test.ts).

const FORMATS = [...CLOUD, ...MODELS, ...SERVICES, ...CHAT];

/**
 * The specific ones first: if two overlap, the first one decides the kind. `gitleaks` is config/gitleaks.toml of
 * github.com/gitleaks/gitleaks (MIT), `trufflehog` pkg/detectors of github.com/trufflesecurity/trufflehog, 2025. Some
 * are wider, since a missed secret costs more than a false positive.
 */
const SECRETS: readonly PatternDraft[] = [
  PRIVATE_KEYS,
  inRuns(FORMATS, OTHER),
  ...CN_ID,
  URL_SIGNATURES,
  ...COOKIES,
  ...URL_PASSWORDS,
  cutOff(FORMATS),
  NAMED,
  ...COMMAND_LINES,
];

/** Personal data, which `--redact` removes only if asked: logs of conversations are full of it. */
const PERSONAL: Readonly<Record<Exclude<RedactKind, 'secrets'>, readonly PatternDraft[]>> = {
  email: EMAIL,
  phone: PHONE,
  card: CARD,
  'cn-id': CN_ID,
};

/** The built-in patterns of these kinds. */
export function patternsOf(kinds: readonly string[]): PatternDraft[] {
  const patterns = REDACT_KINDS.filter((kind) => kinds.includes(kind)).flatMap((kind) =>
    kind === 'secrets' ? SECRETS : PERSONAL[kind],
  );
  return [...new Set(patterns)];
}
