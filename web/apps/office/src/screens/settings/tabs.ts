/** The parts of the settings. `rights`: any of them opens the part; none given: everybody has it. */
export const tabs = [
  { id: "account", rights: [], screen: () => import("./account/AccountTab.vue") },
  { id: "setup", rights: ["edit_areas"], screen: () => import("./setup/SetupTab.vue") },
  { id: "areas", rights: ["edit_areas"], screen: () => import("./areas/AreasTab.vue") },
  { id: "organisations", rights: ["edit_areas", "manage_accounts", "file_returns"], screen: () => import("./organisations/OrganisationsTab.vue") },
  { id: "workers", rights: ["manage_accounts", "give_grants"], screen: () => import("./workers/WorkersTab.vue") },
  { id: "devices", rights: ["enrol_devices"], screen: () => import("./devices/DevicesTab.vue") },
  { id: "packs", rights: [], screen: () => import("./packs/PacksTab.vue") },
  { id: "audit", rights: ["read_audit"], screen: () => import("./audit/AuditTab.vue") },
  { id: "system", rights: ["backup", "edit_areas"], screen: () => import("./system/SystemTab.vue") },
] as const;
