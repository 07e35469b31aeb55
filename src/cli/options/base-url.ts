import { InvalidArgumentError, Option } from 'commander';

/** Where the site is served: `--base-url`, or its environment variable. */
export function baseUrlOption(what: string): Option {
  return new Option('--base-url <url>', what).env('MONITOR_BASE_URL').argParser(baseUrl);
}

/** Adds a slash at the end. */
function baseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
    throw new InvalidArgumentError('It must be an http or https URL, such as https://sessions.example.org/.');
  }
  return url.href.replace(/\/?$/, '/');
}
