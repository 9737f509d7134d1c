import { confluenceHarness } from "./confluence-harness.ts";
import { productSuite } from "./product.ts";

const behaviour = { jsonRpc: "on" } as const;
productSuite(confluenceHarness("7.19", { behaviour }, { auth: "basic" }));
productSuite(
	confluenceHarness("8.5", { behaviour: { ...behaviour, switching: false } }, { brief: "groups and creation by REST, the rest as 7.19" }),
);
