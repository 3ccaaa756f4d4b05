import { NEVER } from 'rxjs';
import type { Transport } from './transport';

export const defaultTransport: Transport = () => NEVER;
