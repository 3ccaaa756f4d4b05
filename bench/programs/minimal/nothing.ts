/** What an empty file costs. */
export const stream = (): void => {};
