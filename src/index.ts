export { compose, type Handler, type Policy, type StreamPolicy } from './handler';
