import { cloudHarness, withOrganizationKey } from "./cloud-harness.ts";
import { productSuite } from "./product.ts";

/** What is written nowhere, read the other way; and a key of the organisation beside the directory's. */
productSuite(
	cloudHarness(
		{
			behaviour: {
				usersTellGroups: "absent",
				emptyMembers: "absent",
				removeAgain: "refused",
				largestPage: 3,
				accountIds: "later",
				takenOnChange: 409,
			},
		},
		{ brief: "only lists and what happens twice differ", settings: withOrganizationKey() },
	),
);
productSuite(cloudHarness({ behaviour: { usersTellGroups: "empty" } }, { brief: "only lists differ", settings: withOrganizationKey() }));
