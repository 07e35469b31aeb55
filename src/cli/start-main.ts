import { keepCompiledCode } from './compile-cache.ts';
import { readContext } from './context.ts';
import { failed } from './guarded.ts';

/** Reports what no `guarded` sees: errors in callbacks. */
export function reportUncaught(): void {
  process.on('uncaughtException', (error) => process.exit(failed(readContext(), error)));
}

/** Any command, with all that is needed to read its arguments. */
export async function startMain(argv: string[]): Promise<number> {
  await keepCompiledCode();
  const { main } = await import('./main.ts');
  return await main(argv);
}
