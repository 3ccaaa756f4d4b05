/*
 * Compares the public surface of each entry point with its report in api/, so that every
 * change of it shows in review. With --update it writes the reports instead.
 * Works on the built types, as users get them.
 */
import {
  Extractor,
  ExtractorConfig,
  ExtractorLogLevel,
  type ExtractorMessage,
} from '@microsoft/api-extractor';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exportedNames } from '../test/support/syntax';

const root = fileURLToPath(new URL('..', import.meta.url));
const update = process.argv.includes('--update');

// By the report's name: the entry point's built types and its source.
const entries = {
  rxllm: ['dist/node/index.d.ts', 'src/index.ts'],
  'rxllm-schema': ['dist/node/schema.d.ts', 'src/request/schema.ts'],
  'rxllm-node': ['dist/node/node.d.ts', 'src/transport/undici.ts'],
  'rxllm-testing': ['dist/node/testing.d.ts', 'src/testing/index.ts'],
  'rxllm-testing-simulator': ['dist/node/testing/simulator.d.ts', 'src/testing/simulator/index.ts'],
} as const;

// A type that a signature speaks of must have a public name at one of the entry points.
const publicNames = new Set(
  Object.values(entries).flatMap(([, path]) =>
    exportedNames({ path, text: readFileSync(join(root, path), 'utf8') }).map(({ name }) => name),
  ),
);

function isNamedElsewhere({ messageId, text }: ExtractorMessage): boolean {
  const symbol = /symbol "(\w+)"/.exec(text)?.[1] ?? '';
  return messageId === 'ae-forgotten-export' && publicNames.has(symbol);
}

/** Returns whether the report is as it should be. */
function report(name: string, types: string): boolean {
  const reportFolder = join(root, 'api');
  const reportTempFolder = join(root, 'node_modules/.cache/api');
  for (const folder of [reportFolder, reportTempFolder]) mkdirSync(folder, { recursive: true });
  const config = ExtractorConfig.prepare({
    configObjectFullPath: join(root, 'api-extractor.json'),
    packageJsonFullPath: join(root, 'package.json'),
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: join(root, types),
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
    printApiReportDiff: !update,
    messageCallback: (message) => {
      const isDiff = message.messageId === 'console-api-report-diff';
      const isChatter = message.messageId.startsWith('console-') && !isDiff;
      if (isChatter || isNamedElsewhere(message)) message.logLevel = ExtractorLogLevel.None;
    },
  });
  return succeeded && (update || !apiReportChanged);
}

const failed = Object.entries(entries).filter(([name, [types]]) => !report(name, types));
if (failed.length > 0) {
  const names = failed.map(([name]) => `api/${name}.api.md`).join(', ');
  console.error(`${names}: see above. If the public surface is meant to change: npm run api`);
  process.exitCode = 1;
}
