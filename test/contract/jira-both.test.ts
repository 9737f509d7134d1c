import { bothHarness } from "./jira-doors-harness.ts";
import { productSuite } from "./product.ts";

productSuite(bothHarness("10.3"));
