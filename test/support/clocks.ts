import ts from 'typescript';
import { nodes, parse, type SourceText } from './syntax';

// Where wall clocks are at home: bytes on the wire, and what users run in tests.
const clockRooms = ['src/transport/', 'src/testing/'];
// Where the answer leaves RxJS, so that a promise is the point of the file.
const promiseFiles = ['src/view/to-async-iterable.ts', 'src/view/to-readable-stream.ts'];
const promiseFreeRooms = ['src/policy/', 'src/combinator/', 'src/view/'];

const clocks = new Set([
  'performance',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'requestAnimationFrame',
]);
const schedulers = new Set([
  'asyncScheduler',
  'asapScheduler',
  'queueScheduler',
  'animationFrameScheduler',
]);
/** Operators that take the wall clock when they are given no scheduler. */
const timed = new Set([
  ...['timer', 'interval', 'delay', 'debounceTime', 'throttleTime', 'auditTime', 'sampleTime'],
  ...['bufferTime', 'windowTime', 'timeout', 'timeInterval', 'timestamp'],
]);
const promises = new Set(['Promise', 'firstValueFrom', 'lastValueFrom', 'toPromise']);

/** The wall clocks, timers, chances and promises in a file of src where none belongs. */
export function untestableNames(file: SourceText): string[] {
  const inRoom = (room: string): boolean => file.path.startsWith(room);
  const clockFree = !clockRooms.some(inRoom);
  const promiseFree = promiseFreeRooms.some(inRoom) && !promiseFiles.includes(file.path);
  const found = new Set<string>();
  for (const node of nodes(parse(file))) {
    const name = (clockFree && clockIn(node)) || (promiseFree && promiseIn(node));
    if (name) found.add(`${file.path}: ${name}`);
  }
  return [...found];
}

function clockIn(node: ts.Node): string | undefined {
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
    const { text } = node.expression;
    return timed.has(text) && !/scheduler/i.test(node.arguments.map((a) => a.getText()).join())
      ? `${text}() without a scheduler`
      : undefined;
  }
  if (!ts.isIdentifier(node) || ts.isImportSpecifier(node.parent)) return undefined;
  const { text, parent } = node;
  if (clocks.has(text)) return text;
  if (schedulers.has(text)) return isDefault(node) ? undefined : `${text}, not as a default`;
  const member = ts.isPropertyAccessExpression(parent) && parent.expression === node;
  const access = member ? `${text}.${parent.name.text}` : text;
  if (access === 'Math.random')
    return isDefault(parent) ? undefined : `${access}, not as a default`;
  if (access === 'AbortSignal.timeout') return access;
  if (text !== 'Date' || ts.isTypeNode(parent)) return undefined;
  const given = ts.isNewExpression(parent) && (parent.arguments?.length ?? 0) > 0;
  return given || access === 'Date.parse' || access === 'Date.UTC' ? undefined : access;
}

function promiseIn(node: ts.Node): string | undefined {
  if (node.kind === ts.SyntaxKind.AsyncKeyword) return 'async';
  if (ts.isAwaitExpression(node)) return 'await';
  return ts.isIdentifier(node) && promises.has(node.text) ? node.text : undefined;
}

/** Whether an expression is only what an option falls back to. */
function isDefault(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isBindingElement(parent) || ts.isParameter(parent)) return parent.initializer === node;
  const { QuestionQuestionToken: orElse } = ts.SyntaxKind;
  return ts.isBinaryExpression(parent) && parent.operatorToken.kind === orElse
    ? parent.right === node
    : false;
}
