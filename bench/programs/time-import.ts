import { report } from '../harness/child.ts';

const [url = ''] = process.argv.slice(2);
const before = process.cpuUsage();
const from = performance.now();
await import(url);
const imported = performance.now() - from;
const { user, system } = process.cpuUsage(before);
// Since the process began, as the clock starts with it.
report({ import: imported, cpu: (user + system) / 1000, process: performance.now() });
