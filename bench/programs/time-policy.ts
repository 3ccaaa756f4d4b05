import { report } from '../harness/child.ts';
import type { Library } from './policies/guard.ts';
import { timeGuard } from './policies/time-guard.ts';
import { weighGuard } from './policies/weigh-guard.ts';

const [file = '', name = ''] = process.argv.slice(2);
const { library } = (await import(`./policies/${file}.ts`)) as { readonly library: Library };
const make = library[name];
if (!make) throw new Error(`${file} has no '${name}', only ${Object.keys(library).join(', ')}`);
const overhead = await timeGuard(await make());
// After the timing, as what is held stands in the way of the garbage collector.
report({ ...overhead, ...(await weighGuard(await make())) });
