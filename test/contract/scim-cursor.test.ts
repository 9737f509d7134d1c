import { connectorSuite } from "./connector.ts";
import { scimStandIn } from "./scim-harness.ts";

/** As far from the first one as servers go: cursors, no totals, members in each group by itself and without their type. */
connectorSuite(scimStandIn("by cursor", { paging: "cursor", totals: "none", members: "single", memberTypes: "none", personGroups: false }));
