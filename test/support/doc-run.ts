import { runInThisContext } from 'node:vm';
import * as rxjs from 'rxjs';
import ts from 'typescript';
import * as rxllm from '../../src/index';
import * as schema from '../../src/request/schema';
import * as testing from '../../src/testing/index';
import * as simulator from '../../src/testing/simulator/index';
import * as node from '../../src/transport/undici';
import { declared, type DocExample } from './doc-examples';
import * as names from './doc-names';
import { asModule } from './doc-program';
import { parse } from './syntax';

const modules: Readonly<Record<string, unknown>> = {
  rxjs,
  rxllm,
  'rxllm/schema': schema,
  'rxllm/testing': testing,
  'rxllm/testing/simulator': simulator,
  'rxllm/node': node,
  'doc-names': names,
};

type Run = (
  require: (module: string) => unknown,
  exports: object,
  keep: (value: unknown, text: string) => void,
  console: Pick<Console, 'log'>,
) => Promise<void>;

/**
 * Runs an example to its end. What its statements give is used as a reader would: a stream is
 * subscribed to, an `ask` that it declares is asked, a `response` read; a subscription is waited
 * for, but for one to a state, which never ends and is left.
 */
export async function runExample(example: DocExample): Promise<void> {
  const unhandled: unknown[] = [];
  const { onUnhandledError } = rxjs.config;
  rxjs.config.onUnhandledError = (error) => void unhandled.push(error);
  const ends: PromiseLike<unknown>[] = [];
  const states: rxjs.Subscription[] = [];
  const keep = (value: unknown, text: string): void => {
    if (rxjs.isObservable(value)) ends.push(rxjs.lastValueFrom(value, { defaultValue: undefined }));
    else if (value instanceof Response) ends.push(value.text());
    else if (isPromise(value)) ends.push(value);
    else if (value instanceof rxjs.Subscription) {
      if (/\b(?:state|health)\$/.test(text)) states.push(value);
      else ends.push(new Promise<void>((resolve) => value.add(resolve)));
    }
  };
  try {
    const run = runInThisContext(executable(example), { filename: example.where }) as Run;
    await run(load, {}, keep, { log: () => undefined });
    await Promise.all(ends);
    // RxJS reports an error that nobody handles in a timer of its own.
    await new Promise((resolve) => setTimeout(resolve));
    if (unhandled.length > 0) throw unhandled[0];
  } finally {
    for (const state of states) state.unsubscribe();
    rxjs.config.onUnhandledError = onUnhandledError;
  }
}

function load(module: string): unknown {
  if (module in modules) return modules[module];
  throw new Error(`an example imports ${module}, which is no entry point`);
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | undefined)?.then === 'function';
}

function executable(example: DocExample): string {
  const text = asModule(example);
  const { statements } = parse({ path: 'example.ts', text });
  const kept = statements.map((statement) => {
    if (!ts.isExpressionStatement(statement)) return statement.getText();
    const expression = statement.expression.getText();
    return `keep(${expression}, ${JSON.stringify(expression)});`;
  });
  const own = new Set(statements.flatMap(declared));
  if (own.has('ask')) kept.push(`keep(ask(require('doc-names').request), 'ask');`);
  if (own.has('response')) kept.push(`keep(response, 'response');`);
  const { outputText } = ts.transpileModule(kept.join('\n'), {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  return `(async (require, exports, keep, console) => {${outputText}\n})`;
}
