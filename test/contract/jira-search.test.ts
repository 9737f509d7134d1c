import { jiraHarness } from "./jira-harness.ts";
import { productSuite } from "./product.ts";

/** Up to 9.x accounts come from user search, a page of 1,000 after the other. */
productSuite(jiraHarness("8.2", {}, "it is below what is supported; only switching accounts differs from 8.3"));
productSuite(jiraHarness("8.3"));
productSuite(jiraHarness("8.14", {}, "9.12 behaves alike"));
productSuite(jiraHarness("9.12"));
const otherReadings = { picker: "cut", pickerLimit: 2, badToken: "refused", withoutBrowse: "forbidden", usernames: "kept" } as const;
productSuite(jiraHarness("9.12", { behaviour: otherReadings }, "only the listing of groups differs from 9.12"));
