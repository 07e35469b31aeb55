// Loaded before the program: another system's name, and on Windows no user ids.
Object.defineProperty(process, 'platform', { value: process.env.LIKE });
if (process.env.LIKE === 'win32')
  for (const id of ['getuid', 'geteuid', 'getgid', 'getegid', 'getgroups']) process[id] = undefined;
