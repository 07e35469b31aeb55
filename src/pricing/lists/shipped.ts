import document from '../../../prices/shipped.json' with { type: 'json' };
import type { FileDocument } from '../price-entries.ts';

/** Not checked here: a test checks the list with the schema of price files. */
export default document as FileDocument;
