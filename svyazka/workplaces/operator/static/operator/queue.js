import { walk } from "../shared/walking.js";

walk("#queue-now", { KeyT: "[data-take]" });
