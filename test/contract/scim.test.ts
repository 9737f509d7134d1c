import { connectorSuite } from "./connector.ts";
import { scimStandIn } from "./scim-harness.ts";

connectorSuite(scimStandIn("by index", {}));
