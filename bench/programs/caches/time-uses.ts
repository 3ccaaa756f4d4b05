const WARM_UP = 300;
const BATCH = 20;
const BATCHES = 9;

/**
 * Microseconds of CPU that it takes to use a thing, of which there is a new one each time; making
 * it is not counted.
 */
export async function timeUses<Thing>(
  make: () => Thing,
  use: (thing: Thing) => void | Promise<void>,
): Promise<number> {
  const timeBatch = async (count: number): Promise<number> => {
    const things = Array.from({ length: count }, make);
    const before = process.cpuUsage();
    for (const thing of things) {
      const used = use(thing);
      if (used) await used;
    }
    const { user, system } = process.cpuUsage(before);
    return (user + system) / count;
  };
  const end = performance.now() + WARM_UP;
  let count = 1;
  while (performance.now() < end) {
    const each = await timeBatch(count);
    count = Math.max(1, Math.min(count * 2, Math.round((BATCH * 1000) / each)));
  }
  const times: number[] = [];
  for (let batch = 0; batch < BATCHES; batch += 1) times.push(await timeBatch(count));
  return times.sort((one, other) => one - other)[BATCHES >> 1]!;
}
