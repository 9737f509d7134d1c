import { connectorSuite } from "./connector.ts";
import { filesHarness } from "./files-harness.ts";

connectorSuite(filesHarness("csv"));
connectorSuite(filesHarness("json"));
connectorSuite(filesHarness("jsonl"));
