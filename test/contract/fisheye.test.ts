import { fisheyeHarness } from "./fisheye-harness.ts";
import { productSuite } from "./product.ts";

productSuite(fisheyeHarness("4.8"));
productSuite(fisheyeHarness("3.10", {}, { brief: "the same calls", auth: "pat" }));
const otherReadings = { largestPage: 3, update: "replaced", xsrf: "always", versionAs: "text" } as const;
productSuite(fisheyeHarness("4.8", { contextPath: "/fecru", behaviour: otherReadings }, { brief: "only what is switched differs" }));
