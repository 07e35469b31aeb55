export { exact, plural } from '../platform/count-text.ts';
