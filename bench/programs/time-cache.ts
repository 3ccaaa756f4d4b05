import { report } from '../harness/child.ts';
import { sizes, textsOf } from './caches/questions.ts';

type Library = Readonly<Record<string, (texts: readonly string[]) => Promise<number>>>;

const [file = '', name = '', title = ''] = process.argv.slice(2);
const { library } = (await import(`./caches/${file}.ts`)) as { readonly library: Library };
const size = sizes.find((each) => each.title === title);
const time = library[name];
if (!size || !time) throw new Error(`there is no '${file} ${name}' for '${title}'`);
report(await time(textsOf(size)));
