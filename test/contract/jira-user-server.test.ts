import { userServerHarness } from "./jira-doors-harness.ts";
import { productSuite } from "./product.ts";

productSuite(userServerHarness("10.3"));
productSuite(userServerHarness("8.2", {}, "this door is the same in every version"));
