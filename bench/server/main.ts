import { createServer, type AddressInfo } from 'node:net';
import { prepareAnswer, type Answer } from './answer.ts';
import { readRequests } from './requests.ts';

const answers = new Map<string, Answer>();

function answerTo(path: string): Answer {
  let answer = answers.get(path);
  if (!answer) answers.set(path, (answer = prepareAnswer(path)));
  return answer;
}

const server = createServer({ noDelay: true }, (socket) => {
  // A client that leaves in the middle of an answer is no failure here.
  socket.on('error', () => socket.destroy());
  readRequests(socket, (path) => answerTo(path)(socket));
});

server.listen({ host: '127.0.0.1', port: 0, backlog: 16_384 }, () => {
  process.send?.((server.address() as AddressInfo).port);
});
process.once('disconnect', () => process.exit(0));
