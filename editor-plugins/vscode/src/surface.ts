/** What commands work with. */

import type { Operations } from "./operations";
import type { AnswerDocuments } from "./panels/documents";
import type { Panels } from "./panels/panels";

export interface Surface {
  readonly operations: Operations;
  readonly panels: Panels;
  readonly documents: AnswerDocuments;
}
