import { bitbucketHarness } from "./bitbucket-harness.ts";
import { productSuite } from "./product.ts";

productSuite(bitbucketHarness("7.21", {}, { brief: "9.5 behaves alike" }));
const otherReadings = {
	tokensAdminister: true,
	gaps: true,
	largestPage: 3,
	removeAgain: "accepted",
	addAgain: "refused",
	renameToTaken: 409,
	membersOfNobody: "empty",
	xsrf: "always",
} as const;
productSuite(
	bitbucketHarness(
		"9.5",
		{ contextPath: "/bitbucket", behaviour: otherReadings },
		{ brief: "only log-in, paging and what happens twice differ", auth: "pat" },
	),
);
