import { connectorSuite } from "./connector.ts";
import { entraStandIn } from "./entra-harness.ts";

connectorSuite(entraStandIn("Entra ID stand-in", { guests: false }));
connectorSuite(entraStandIn("Entra ID stand-in with guests, members only", { guests: true }));
