import { mkdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { generateDocs } from './docs/generate';

const docs = fileURLToPath(new URL('../docs/', import.meta.url));

const files = await generateDocs();
await rm(`${docs}marbles`, { recursive: true, force: true });
await mkdir(`${docs}marbles`, { recursive: true });
await Promise.all([...files].map(([path, text]) => writeFile(`${docs}${path}`, text)));
console.log(`docs: ${files.size} files`);
