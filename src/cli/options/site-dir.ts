import { Option } from 'commander';
import { SITE_DIR } from '../crontab/usual-render.ts';

export function siteDirOption(): Option {
  return new Option('--site-dir <dir>', 'the site').default(SITE_DIR);
}
