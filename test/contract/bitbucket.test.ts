import { bitbucketHarness } from "./bitbucket-harness.ts";
import { productSuite } from "./product.ts";

productSuite(bitbucketHarness("9.5"));
productSuite(bitbucketHarness("8.10", {}, { brief: "9.5 behaves alike: the vendor describes the same calls" }));
