import { cloudHarness } from "./cloud-harness.ts";
import { productSuite } from "./product.ts";

productSuite(cloudHarness());
