import { jiraHarness } from "./jira-harness.ts";
import { productSuite } from "./product.ts";

/** From 10.0 user search ends at 100; from 10.3 all accounts are listed. */
productSuite(jiraHarness("10.0", {}, "only the listing of accounts differs from 10.3"));
productSuite(jiraHarness("10.3"));
productSuite(jiraHarness("11.0", {}, "10.3 behaves alike"));
productSuite(jiraHarness("10.3", { contextPath: "/jira" }, "only the address differs from 10.3"));
