import { crowdHarness } from "./crowd-product-harness.ts";
import { productSuite } from "./product.ts";

const EMAILS = "only e-mail addresses differ from 6.3: every application may change them";
productSuite(crowdHarness("3.7.2", {}, EMAILS));
productSuite(crowdHarness("4.3.0", {}, EMAILS));
