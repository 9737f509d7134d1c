import { crowdHarness } from "./crowd-product-harness.ts";
import { productSuite } from "./product.ts";

/** From 4.4 on applications may not change e-mail addresses unless the server is told to let them (test/unit/crowd/product.test.ts). */
productSuite(crowdHarness("6.3.1"));
