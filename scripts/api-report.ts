/*
 * Compares the public surface of each entry point with its report in api/, so that every
 * change of it shows in review. With --update it writes the reports instead.
 * Works on the built types: run `npm run build` first.
 */
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const update = process.argv.includes('--update');

// By the report's name: the entry point's types below dist/node.
const entries = {
  rxllm: 'index',
  'rxllm-schema': 'schema',
  'rxllm-testing': 'testing',
  'rxllm-testing-simulator': 'testing/simulator',
};

/** Returns whether the report is as it should be. */
function report(name: string, entry: string): boolean {
  const reportFolder = join(root, 'api');
  const reportTempFolder = join(root, 'node_modules/.cache/api');
  for (const folder of [reportFolder, reportTempFolder]) mkdirSync(folder, { recursive: true });
  const config = ExtractorConfig.prepare({
    configObjectFullPath: join(root, 'api-extractor.json'),
    packageJsonFullPath: join(root, 'package.json'),
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: join(root, `dist/node/${entry}.d.ts`),
      compiler: { tsconfigFilePath: join(root, 'tsconfig.json') },
      apiReport: { enabled: true, reportFileName: name, reportFolder, reportTempFolder },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      newlineKind: 'lf',
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        extractorMessageReporting: {
          default: { logLevel: ExtractorLogLevel.None },
          'ae-forgotten-export': { logLevel: ExtractorLogLevel.Error },
        },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
      },
    },
  });
  const { apiReportChanged, succeeded } = Extractor.invoke(config, {
    localBuild: update,
    messageCallback: (message) => {
      // Its greetings are noise; what is wrong is printed as usual.
      if (message.category === 'console') message.handled = true;
    },
  });
  return succeeded && (update || !apiReportChanged);
}

const failed = Object.entries(entries).filter(([name, entry]) => !report(name, entry));
if (failed.length > 0) {
  const names = failed.map(([name]) => `api/${name}.api.md`).join(', ');
  console.error(`Differs from the public surface: ${names}. If you mean it: npm run api`);
  process.exitCode = 1;
}
