import { bambooHarness } from "./bamboo-harness.ts";
import { productSuite } from "./product.ts";

productSuite(bambooHarness("9.3", {}, { brief: "12.1 behaves alike", auth: "basic" }));
const otherReadings = { largestPage: 3, strictPaths: false, addAgain: "refused", removeAgain: "refused", xsrf: "always" } as const;
productSuite(
	bambooHarness("12.1", { contextPath: "/bamboo", behaviour: otherReadings }, { brief: "only paging and what happens twice differ" }),
);
