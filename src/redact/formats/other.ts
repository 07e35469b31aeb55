/** A secret whose form is more than a beginning. If the expression has a group, only this is secret; it ends the match. */
export interface RunShape {
  kind: string;
  /** It contains this, and is not shorter than that. */
  word: string;
  shortest: number;
  expression: RegExp;
}

function run(kind: string, word: string, shortest: number, expression: RegExp): RunShape {
  return { kind, word, shortest, expression };
}

export const OTHER: readonly RunShape[] = [
  // gitleaks azure-ad-client-secret; Azure storage and Service Bus connection strings (learn.microsoft.com).
  run('azure-secret', 'Q~', 37, /(?<![\w~.])[\w~.]{3}\dQ~[\w~.-]{31,34}(?![\w~.-])/g),
  run('azure-secret', 'AccountKey=', 50, /\bAccountKey=([A-Za-z0-9+/]{42,86}={1,2})/g),
  run('azure-secret', 'SharedAccessKey=', 50, /\bSharedAccessKey=([A-Za-z0-9+/]{42,86}={1,2})/g),
  // open.bigmodel.cn, "Authentication": an id of 32 hexadecimal digits and a secret of 16 characters.
  run(
    'zhipu-key',
    '.',
    49,
    /(?<![\w.-])[a-f0-9]{32}\.(?=[A-Za-z]{0,16}\d|[a-z]{0,15}[A-Z]|[A-Z]{1,15}[a-z])[A-Za-z0-9]{16}(?![\w.-])/g,
  ),
  run(
    'zhipu-key',
    '.',
    36,
    /(?<![\w.-])[a-f0-9]{32}\.(?=[a-z\d]{0,15}[A-Z])(?=[A-Z\d]{0,15}[a-z])[A-Za-z0-9]{3,15}$/g,
  ),
  // trufflehog telegrambottoken, discordbottoken: channels that agents use.
  run('telegram-token', ':A', 42, /(?<![A-Za-z0-9_-])(?:bot)?(\d{8,10}:A[A-Z][\w-]{32,33})(?![\w-])/g),
  run(
    'discord-token',
    '.',
    59,
    /[MNO](?<![\w.-].)(?=[\w-]{0,26}\d)[\w-]{23,27}\.[\w-]{6}\.(?=[\w-]{0,37}\d)[\w-]{27,38}(?![\w.-])/g,
  ),
  // trufflehog terraformcloudpersonaltoken, mailchimp.
  run('service-token', '.atlasv1.', 80, /(?<![A-Za-z0-9])[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,70}/g),
  run('service-token', '-us', 36, /(?<![A-Za-z0-9])[a-f0-9]{32}-us\d{1,2}(?![\w-])/g),
  // gitleaks jwt; RFC 7519. A signature may be cut off.
  run('jwt', 'eyJ', 36, /(?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]{8,}(?:\.[\w-]+)?/g),
  // RFC 7516: the encrypted form has five parts.
  run(
    'jwt',
    'eyJ',
    60,
    /(?<![\w-])eyJ[\w-]{16,1000}(?:\.[\w-]{0,4000}){1,3}\.[\w-]{16,}\.[\w-]{16,}(?![\w-])/g,
  ),
];
