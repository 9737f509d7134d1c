import { bambooHarness } from "./bamboo-harness.ts";
import { productSuite } from "./product.ts";

productSuite(bambooHarness("12.1"));
productSuite(bambooHarness("10.2", {}, { brief: "12.1 behaves alike: the vendor describes the same calls" }));
