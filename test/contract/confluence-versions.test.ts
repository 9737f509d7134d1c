import { confluenceHarness } from "./confluence-harness.ts";
import { productSuite } from "./product.ts";

productSuite(confluenceHarness("9.4", {}, { brief: "10.0 behaves alike: the vendor documents the same calls", auth: "basic" }));
productSuite(confluenceHarness("9.2", {}, { brief: "like 10.0, without the update", cannot: ["account.update"] }));
productSuite(confluenceHarness("8.5", {}, { brief: "like 9.2, with other ways to ask for the version", cannot: ["account.update"] }));
productSuite(
	confluenceHarness(
		"8.5",
		{ behaviour: { switching: false } },
		{ brief: "as the comment in CONFSERVER-54928 has it", cannot: ["account.update", "account.enable", "account.disable"] },
	),
);
const otherReadings = {
	links: "absolute",
	largestPage: 3,
	gaps: true,
	licenceCalls: "all",
	allowHeader: false,
	defaultGroup: false,
	xsrf: "always",
	partialUpdate: true,
} as const;
productSuite(
	confluenceHarness(
		"10.0",
		{ contextPath: "/confluence", behaviour: otherReadings },
		{ brief: "only paging, the log-in filter and groups given at creation differ" },
	),
);
