import { connectorSuite } from "./connector.ts";
import { openamStandIn } from "./openam-harness.ts";

connectorSuite(openamStandIn());
