import { report } from '../harness/child.ts';
import type { Library } from './policies/guard.ts';
import { timeGuard } from './policies/time-guard.ts';

const [file = '', name = ''] = process.argv.slice(2);
const { library } = (await import(`./policies/${file}.ts`)) as { readonly library: Library };
const make = library[name];
if (!make) throw new Error(`${file} has no '${name}', only ${Object.keys(library).join(', ')}`);
report(await timeGuard(await make()));
