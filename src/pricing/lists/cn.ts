import document from '../../../prices/cn.json' with { type: 'json' };
import type { FileDocument } from '../price-entries.ts';

/** A test checks the list as a user's price file is checked; here it is believed. */
export default document as FileDocument;
