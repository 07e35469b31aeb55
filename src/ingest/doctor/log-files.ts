import { noLogError } from '../../logs/discover.ts';
import type { Finding } from './finding.ts';
import type { Check } from './look.ts';

/** Whether the logs are there, and can be read. */
export const logFilesCheck: Check = {
  codes: ['log-missing', 'log-unreadable', 'log-empty'],
  find({ files, logs, missing, sample }) {
    const findings: Finding[] = missing.map((path) => ({
      code: 'log-missing',
      area: 'log',
      severity: 'error',
      what: `${noLogError(files, [path]).message}.`,
      where: path,
      fix: 'accessLogFile in the ConfigMap higress-config says where your gateway writes it. If it is there: this user may not list its folder.',
    }));
    for (const path of sample.unreadable) {
      findings.push({
        code: 'log-unreadable',
        area: 'log',
        severity: 'error',
        what: 'this user may not read the log.',
        where: path,
        fix: `Let the user who runs monitor read it, for example: setfacl -m u:USER:r ${path}`,
      });
    }
    if (logs.length > 0 && sample.bytes === 0) {
      findings.push({
        code: 'log-empty',
        area: 'log',
        severity: 'warning',
        what: 'the log is empty.',
        where: logs.map(({ path }) => path).join(', '),
        fix: 'Send a request through the gateway. If it stays empty, Envoy writes elsewhere (accessLogFile in the ConfigMap higress-config), or still to a renamed file: send it SIGUSR1 after a rotation.',
      });
    }
    return findings;
  },
};
