import { crowdHarness } from "./crowd-product-harness.ts";
import { productSuite } from "./product.ts";

/** From 4.4 on; before: crowd-product-old.test.ts. */
const NEWEST_NAMES = { emailChanges: true, singular: true, silentCreation: true, alreadyMember: 400 } as const;

productSuite(crowdHarness("4.4.0", {}, "6.3 behaves alike"));
productSuite(crowdHarness("5.2.0", { contextPath: "" }, "only the address differs from 6.3"));
productSuite(crowdHarness("7.0.1", { quirks: NEWEST_NAMES }, "only what the newest documentation calls lists differs from 6.3"));
