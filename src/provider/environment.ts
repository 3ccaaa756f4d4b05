/**
 * The first of these environment variables that holds something. Read at call time, so
 * that a program may set it late, and never throws where there is no environment.
 */
export function environmentVariable(...names: readonly string[]): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  for (const name of names) {
    try {
      const value = process?.env?.[name]?.trim();
      if (value) return value;
    } catch {
      // Deno throws when it may not read the variable: the same as one that is not set.
    }
  }
  return undefined;
}
