import { confluenceHarness } from "./confluence-harness.ts";
import { productSuite } from "./product.ts";

productSuite(confluenceHarness("10.0"));
