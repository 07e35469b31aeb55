// In place of src/platform/digest.ts. There, a digest saves memory; here, the text itself tells texts apart as well.

export function digest(data: string): string {
  return data;
}
