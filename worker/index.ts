import { app } from "./app.ts";

export { Afterglow } from "./entrypoint.ts";
export { Contact } from "./objects/contact.ts";
export { ContactIndex } from "./objects/contact-index.ts";
export { Deliveries } from "./objects/deliveries.ts";
export { Directory } from "./objects/directory.ts";
export { Models } from "./objects/models.ts";
export { Sites } from "./objects/sites.ts";
export default app;
