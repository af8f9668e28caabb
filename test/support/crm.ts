/** What is written of an object. */
export interface Written {
  readonly properties: Readonly<Record<string, string>>;
  readonly associations?: readonly { readonly to: { readonly id: string } }[];
}

export interface BatchBody {
  readonly inputs: readonly { readonly id: string; readonly properties?: Readonly<Record<string, string>> }[];
  readonly properties?: readonly string[];
  readonly propertiesWithHistory?: readonly string[];
}

/** What is asked of an object. */
interface Asked {
  readonly properties: readonly string[];
  readonly propertiesWithHistory: readonly string[];
  readonly associations: readonly string[];
}

interface Kept {
  readonly id: string;
  properties: Record<string, string>;
  readonly history: { readonly property: string; readonly value: string; readonly timestamp: string }[];
  readonly contacts: readonly string[];
}

type Objects = ReturnType<typeof createObjects>;

/** Objects of a CRM by their kinds, with what their properties have been: ids are numbers that no other object has. */
export function createCrm() {
  const kinds = new Map<string, Objects>();
  let made = 0;
  const newId = () => String((made += 1));
  return {
    of(kind: string): Objects {
      const known = kinds.get(kind) ?? createObjects(newId);
      kinds.set(kind, known);
      return known;
    },
  };
}

function createObjects(newId: () => string) {
  const kept = new Map<string, Kept>();

  function write(object: Kept, properties: Written["properties"]): void {
    const timestamp = new Date().toISOString();
    object.properties = { ...object.properties, ...properties };
    for (const [property, value] of Object.entries(properties)) {
      object.history.unshift({ property, value, timestamp });
    }
  }

  function view({ id, properties, history, contacts }: Kept, wanted?: Asked) {
    const now = new Date().toISOString();
    const histories = (wanted?.propertiesWithHistory ?? []).map((name) => {
      const entries = history.filter(({ property }) => property === name);
      return [name, entries.map(({ value, timestamp }) => ({ value, timestamp, sourceType: "CRM_UI" }))];
    });
    const shown = Object.entries(properties).filter(([name]) => !wanted || wanted.properties.includes(name));
    return {
      id,
      properties: Object.fromEntries(shown) as Record<string, string>,
      createdAt: now,
      updatedAt: now,
      archived: false,
      ...(histories.length > 0
        ? { propertiesWithHistory: Object.fromEntries(histories) as Record<string, unknown> }
        : {}),
      ...(wanted?.associations.includes("contacts") && contacts.length > 0
        ? {
            associations: {
              contacts: { results: contacts.map((to) => ({ id: to, type: "deal_to_contact" })) },
            },
          }
        : {}),
    };
  }

  return {
    make({ properties, associations = [] }: Written) {
      const object: Kept = {
        id: newId(),
        properties: {},
        history: [],
        contacts: associations.map(({ to }) => to.id),
      };
      kept.set(object.id, object);
      write(object, properties);
      return view(object);
    },
    change(id: string, { properties }: Written) {
      const object = kept.get(id);
      if (!object) return undefined;
      write(object, properties);
      return view(object);
    },
    read(id: string, wanted: Asked) {
      const object = kept.get(id);
      return object && view(object, wanted);
    },
    upsert(email: string, properties: Written["properties"]) {
      const known = [...kept.values()].find((object) => object.properties["email"] === email);
      if (known) write(known, properties);
      return { ...(known ? view(known) : this.make({ properties })), new: known === undefined };
    },
  };
}

/** The two requests that are about several objects. What is not found is named in a 207. */
export function batch(objects: Objects, path: string, body: BatchBody) {
  const now = new Date().toISOString();
  const frame = { status: "COMPLETE", startedAt: now, completedAt: now };
  if (path.endsWith("/upsert")) {
    const results = body.inputs.map(({ id, properties = {} }) => objects.upsert(id, properties));
    return { status: 200, body: { ...frame, results } };
  }
  const { inputs, properties = [], propertiesWithHistory = [] } = body;
  const found = inputs.map(({ id }) =>
    objects.read(id, { properties, propertiesWithHistory, associations: [] }),
  );
  const results = found.filter((object) => object !== undefined);
  if (results.length === inputs.length) return { status: 200, body: { ...frame, results } };
  const error = { status: "error", category: "OBJECT_NOT_FOUND", message: "Could not get some", errors: [] };
  const errors = [{ ...error, context: {}, links: {} }];
  return { status: 207, body: { ...frame, results, numErrors: 1, errors } };
}

export function asked({ searchParams }: URL): Asked {
  return {
    properties: searchParams.getAll("properties"),
    propertiesWithHistory: searchParams.getAll("propertiesWithHistory"),
    associations: searchParams.getAll("associations"),
  };
}
