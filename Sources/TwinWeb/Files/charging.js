import { group } from "/files/group.js";

group("charging");
