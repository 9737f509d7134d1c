import { connectorSuite } from "./connector.ts";
import { crowdStandIn } from "./crowd-harness.ts";

connectorSuite(crowdStandIn());
