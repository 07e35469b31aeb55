export function compileTemplate(source: string): string;
