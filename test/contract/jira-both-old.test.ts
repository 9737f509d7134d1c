import { bothHarness } from "./jira-doors-harness.ts";
import { productSuite } from "./product.ts";

/** The user server switches accounts, REST v2 lists by search. */
productSuite(bothHarness("8.2"));
productSuite(bothHarness("9.12", {}, "10.3 and 8.2 behave alike"));
